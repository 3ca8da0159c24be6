"""Reads ladders from a policy file, and refuses one that could end in silence."""

from __future__ import annotations

import re
from datetime import timedelta

from dispatch.ladder import ACTS, COORDINATORS, EVERYONE, SHORTEST, Act, Ladder, Step
from dispatch.yamlfile import Node, duration_text

#: An alarm rarer than this is forgotten between two rings.
RAREST_ALARM = timedelta(hours=1)

_LAYER = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def read_ladder(node: Node) -> Ladder:
    steps = []
    items = node.items()
    if node.is_list and not items:
        node.fault("a ladder needs steps; write at least {alarm: coordinators, every: 2m}")
        return ()
    for number, item in enumerate(items):
        step = _read_step(item)
        last = number == len(items) - 1
        if step.act == "alarm" and not last:
            items[number + 1].fault("never reached: an alarm rings until a person acts; move the alarm to the end")
        if step.act != "alarm" and last:
            item.fault("the last step must be an alarm, or silence would end the ladder; add {alarm: coordinators, …}")
        steps.append(step)
    return tuple(steps)


def _read_step(node: Node) -> Step:
    found = node.mapping([*ACTS, "count", "wait", "every", "voice"])
    acts: list[Act] = [act for act in ACTS if act in found]
    if len(acts) != 1:
        node.fault("a step is exactly one of page, call and alarm")
        return Step("alarm", (COORDINATORS,), None, None, SHORTEST, voice=True)
    act = acts[0]
    targets = _targets(found[act], act)
    everybody = act == "alarm" or EVERYONE in targets
    if everybody and "count" in found:
        found["count"].fault("everybody is asked here; leave count out")
    timing, other = ("every", "wait") if act == "alarm" else ("wait", "every")
    if other in found:
        found[other].fault(f"{act} takes {timing!r}, not {other!r}")
    if timing not in found:
        node.fault(f"{timing!r} is missing")
        span = SHORTEST
    else:
        span = found[timing].duration(SHORTEST)
    if act == "alarm" and span > RAREST_ALARM:
        found["every"].fault(f"an alarm rings at least every {duration_text(RAREST_ALARM)}")
    if act != "page" and "voice" in found:
        found["voice"].fault(f"{act} is always by voice; leave voice out")
    return Step(
        act=act,
        targets=targets,
        count=None if everybody else found["count"].whole(1, 20) if "count" in found else 1,
        wait=None if act == "alarm" else span,
        every=span if act == "alarm" else None,
        voice=act != "page" or ("voice" in found and found["voice"].flag()),
    )


def _targets(node: Node, act: Act) -> tuple[str, ...]:
    named = [(item, item.text()) for item in (node.items() if node.is_list else [node])]
    if not named:
        node.fault("name at least one layer")
    for item, target in named:
        if target and not _LAYER.fullmatch(target):
            item.fault("must be a layer id: lower-case letters, digits, - and _")
        elif target == COORDINATORS and act != "alarm":
            item.fault("coordinators are alarmed, never asked to take a case; write {alarm: coordinators, every: 2m}")
    targets = tuple(target for _, target in named)
    if len(set(targets)) != len(targets):
        node.fault("names the same target twice")
    if EVERYONE in targets and len(targets) > 1:
        node.fault("everyone already holds every layer; write it alone")
    return targets
