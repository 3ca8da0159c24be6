"""A ladder: whom to ask, in what order, and how long to wait before asking further. It never runs out of road.

The last step is always an alarm, which rings until a person acts. A ladder is frozen into the escalation that climbs
it, as JSON, so that editing a policy cannot derail a case under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from dispatch.yamlfile import duration_text

Act = Literal["page", "call", "alarm"]
ACTS: tuple[Act, ...] = ("page", "call", "alarm")

#: Everyone on call in any layer.
EVERYONE = "everyone"
#: The named people who keep the service running; they are alarmed, never asked to take a case.
COORDINATORS = "coordinators"

#: Timers are promised to this and no finer, and nobody answers a telephone faster.
SHORTEST = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. `page` is by text, and by voice too when `voice`; `call` is by voice; `alarm` is both, and repeats."""

    act: Act
    #: layer ids, EVERYONE or COORDINATORS; several are asked together
    targets: tuple[str, ...]
    #: how many people of each target are asked at once; None is all of them
    count: int | None
    #: from the step's first page until the next step; None for an alarm
    wait: timedelta | None
    #: an alarm only: how often it rings
    every: timedelta | None
    voice: bool

    @property
    def target(self) -> str:
        """The targets in words: `supervisor and primary`."""
        return " and ".join(self.targets)

    @property
    def people(self) -> int | None:
        """How many people the step asks in all; None is everybody."""
        return None if self.count is None else self.count * len(self.targets)


Ladder = tuple[Step, ...]


def timeline(ladder: Ladder) -> list[str]:
    """The ladder as a person reads it, one line a step, with the time since paging began if nobody answers."""
    lines = []
    at = timedelta(0)
    for step in ladder:
        when = f"+{duration_text(at):>5}"
        if step.act == "alarm":
            every = duration_text(step.every or SHORTEST)
            lines.append(f"{when}  alarm {step.target} by voice and text, every {every} until a person acts")
            break
        how = "call" if step.act == "call" else "page by text and voice" if step.voice else "page by text"
        wait = step.wait or SHORTEST
        lines.append(f"{when}  {how}: {_who(step)}; wait {duration_text(wait)}")
        at += wait
    return lines


def _who(step: Step) -> str:
    if step.count is None:
        return step.target
    if len(step.targets) > 1:
        return f"{step.count} of each of {step.target}"
    return f"{step.count} of {step.target}"


def step_as_json(step: Step) -> dict[str, Any]:
    """Plain JSON values; durations in whole seconds."""
    return {
        "act": step.act,
        "targets": list(step.targets),
        "count": step.count,
        "wait_s": _seconds(step.wait),
        "every_s": _seconds(step.every),
        "voice": step.voice,
    }


def step_from_json(data: Mapping[str, Any]) -> Step:
    return Step(
        act=cast("Act", data["act"]),
        targets=tuple(data["targets"]),
        count=data["count"],
        wait=_span(data["wait_s"]),
        every=_span(data["every_s"]),
        voice=data["voice"],
    )


def ladder_as_json(ladder: Ladder) -> list[dict[str, Any]]:
    return [step_as_json(step) for step in ladder]


def ladder_from_json(data: Iterable[Mapping[str, Any]]) -> Ladder:
    return tuple(step_from_json(step) for step in data)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
