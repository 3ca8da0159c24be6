"""Reads the top-level keys of a policy file, one method a key, and refuses names that the protocol library lacks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import time, timedelta
from itertools import pairwise
from typing import Literal, cast

from dispatch.eligibility import RELAXABLE
from dispatch.policy import Cautious, CheckIn, Codes, Limits, Raise
from dispatch.policytables import by_urgency, clock_time, complete, falling, hours_of, upward
from dispatch.priority import Mode, Urgency
from dispatch.yamlfile import Node

Bands = Mapping[str, Collection[str]]
"""Protocol id -> its band ids: the library a policy is checked against."""

INCOMPLETE = "incomplete"

#: Facts a policy may give an urgency or a mode. The hard stops are not among them: they are not a site's choice.
SCENE_FACTS = ("weapon", "violence")
DOUBTS = ("weapon_unknown", "violence_unknown", "location_unknown")
LINES = ("held", "ended", "lost", "never_spoke")
#: Pages at any other urgency are never held back for the hour of the day.
HOLDABLE = (Urgency.SOON, Urgency.ROUTINE)

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


class Reader:
    """One method a top-level key, named like it."""

    def __init__(self, bands: Bands | None) -> None:
        self._bands = bands

    def team(self, node: Node) -> str:
        return node.text()

    def urgency(self, node: Node) -> dict[str, dict[str, Urgency]]:
        return {name: self._urgency_of(name, table) for name, table in self._protocols(node).items()}

    def _urgency_of(self, protocol: str, node: Node) -> dict[str, Urgency]:
        bands = self._known(protocol)
        found = node.entries() if bands is None else node.mapping([*bands, INCOMPLETE], bands)
        table = {band: value.member(Urgency) for band, value in found.items()}
        if INCOMPLETE not in table:
            node.fault("'incomplete' is missing: say how urgent an unfinished one is")
            return table
        # A gap must not lower a risk, short of calling 911 for every unfinished form.
        worst = min((urgency.rank for band, urgency in table.items() if band != INCOMPLETE), default=4)
        if table[INCOMPLETE].rank > max(worst, Urgency.VERY_URGENT.rank):
            found[INCOMPLETE].fault("less urgent than a band it may still turn into; a gap never lowers risk")
        return table

    def context(self, node: Node) -> frozenset[str]:
        for item in node.items():
            self._check_protocol(item.text(), item)
        return frozenset(node.texts())

    def raise_by(self, node: Node) -> dict[str, dict[str, Raise]]:
        return {
            name: {flag: self._raise(value) for flag, value in table.entries().items()}
            for name, table in self._protocols(node).items()
        }

    def _raise(self, node: Node) -> Raise:
        found = node.mapping(["urgency", "ask"], ["urgency", "ask"])
        if len(found) < 2:
            return Raise(Urgency.IMMEDIATE, "")
        self._check_protocol(found["ask"].text(), found["ask"])
        return Raise(found["urgency"].member(Urgency), found["ask"].text())

    def worry(self, node: Node) -> dict[str, Urgency]:
        levels = ("none", "some", "high")
        table = {level: value.member(Urgency) for level, value in node.mapping(levels, levels).items()}
        for calm, worse in pairwise(level for level in levels if level in table):
            if table[worse].rank > table[calm].rank:
                node.fault(f"{worse!r} must be at least as urgent as {calm!r}")
        return table

    def facts(self, node: Node) -> dict[str, Urgency]:
        return {fact: value.member(Urgency) for fact, value in node.mapping(SCENE_FACTS).items()}

    def cautious(self, node: Node) -> Cautious:
        names = [field.name for field in fields(Cautious)]
        found = node.mapping(names, names)
        return Cautious(**{name: found[name].member(Urgency) if name in found else Urgency.IMMEDIATE for name in names})

    def respond_by(self, node: Node) -> dict[Urgency, timedelta]:
        return falling(node, complete(node, by_urgency(node, clock_time)))

    def own_hours(self, node: Node) -> frozenset[str]:
        return self.context(node)

    def no_page(self, node: Node) -> dict[str, frozenset[str]]:
        table = {}
        for protocol, codes in self._protocols(node).items():
            for code in codes.items():
                self._check_band(protocol, code.text(), code)
            table[protocol] = frozenset(codes.texts())
        return table

    def mode(self, node: Node) -> dict[str, Mode]:
        names = [*(urgency.value for urgency in Urgency), INCOMPLETE]
        return {name: value.member(Mode) for name, value in node.mapping(names, names).items()}

    def mode_by(self, node: Node) -> dict[str, dict[str, Mode]]:
        return {
            protocol: {band: self._mode_of(protocol, band, value) for band, value in table.entries().items()}
            for protocol, table in self._protocols(node).items()
        }

    def _mode_of(self, protocol: str, band: str, node: Node) -> Mode:
        self._check_band(protocol, band, node)
        return node.member(Mode)

    def scene(self, node: Node) -> dict[str, Mode]:
        for key, value in node.entries().items():
            self._check_condition(key, SCENE_FACTS, value)
        return {key: value.member(Mode) for key, value in node.entries().items()}

    def two_person(self, node: Node) -> tuple[str, ...]:
        for item in node.items():
            self._check_condition(item.text(), DOUBTS, item)
        return node.texts()

    def match(self, node: Node) -> dict[Urgency, timedelta]:
        return falling(node, complete(node, by_urgency(node, clock_time)))

    def relax(self, node: Node) -> tuple[str, ...]:
        return tuple(item.choice(RELAXABLE) for item in node.items())

    def page_hours(self, node: Node) -> dict[Urgency, tuple[time, time]]:
        table = by_urgency(node, hours_of)
        for urgency in table.keys() - set(HOLDABLE):
            node.entries()[urgency].fault("pages this urgent are never held back; only soon and routine may be")
        return table

    def receipt(self, node: Node) -> timedelta:
        return clock_time(node)

    def recontact(self, node: Node) -> dict[str, dict[Urgency, timedelta]]:
        found = node.mapping(LINES, ["held", "ended", "lost"])
        table = {}
        for line, value in found.items():
            if value.content == "none":
                table[line] = dict[Urgency, timedelta]()
            else:
                table[line] = falling(value, upward(by_urgency(value, clock_time)))
        return table

    def check_in(self, node: Node) -> CheckIn:
        names = [field.name for field in fields(CheckIn)]
        found = node.mapping(names, names)
        spans = {name: clock_time(value) for name, value in found.items() if name != "contact"}
        contact = found.get("contact")
        spoken = {} if contact is None else falling(contact, upward(by_urgency(contact, clock_time)))
        unread = timedelta(0)
        return CheckIn(
            spoken, spans.get("arrival", unread), spans.get("on_scene", unread), spans.get("disposition", unread)
        )

    def limits(self, node: Node) -> Limits:
        names = [field.name for field in fields(Limits)]
        found = node.mapping(names, names)
        return Limits(
            rest_after=found["rest_after"].duration() if "rest_after" in found else timedelta(0),
            pages_per_night=found["pages_per_night"].whole(1, 100) if "pages_per_night" in found else 0,
            night=hours_of(found["night"]) if "night" in found else (time(0), time(0)),
        )

    def follow_up(self, node: Node) -> dict[Urgency, timedelta]:
        return falling(node, upward(by_urgency(node, clock_time)))

    def codes(self, node: Node) -> dict[str, Codes]:
        return {name: self._codes(value) for name, value in self._protocols(node).items()}

    def _codes(self, node: Node) -> Codes:
        names = ["by", "values", "source"]
        found = node.mapping(names, names)
        if len(found) < len(names):
            return Codes("urgency", {}, "")
        by = cast("Literal['urgency', 'mode']", found["by"].choice(["urgency", "mode"]))
        keys = [member.value for member in (Urgency if by == "urgency" else Mode)]
        values = {key: value.text() for key, value in found["values"].mapping(keys, keys).items()}
        return Codes(by, values, found["source"].text())

    def last_resort(self, node: Node) -> tuple[str, ...]:
        for item in node.items():
            if not _PHONE.fullmatch(item.text()):
                item.fault("must be a telephone number such as +12025550190")
        return node.texts()

    def _known(self, protocol: str) -> list[str] | None:
        return None if self._bands is None else list(self._bands.get(protocol, ()))

    def _protocols(self, node: Node) -> dict[str, Node]:
        return node.entries() if self._bands is None else node.mapping(self._bands)

    def _check_protocol(self, protocol: str, node: Node) -> None:
        if protocol and self._bands is not None and protocol not in self._bands:
            node.fault(f"unknown protocol {protocol!r}")

    def _check_band(self, protocol: str, band: str, node: Node) -> None:
        known = self._known(protocol)
        if band and known is not None and band not in known:
            node.fault(f"{protocol} has no band {band!r}; it has {', '.join(known)}")

    def _check_condition(self, text: str, facts: Iterable[str], node: Node) -> None:
        protocol, dot, band = text.partition(".")
        if dot:
            self._check_protocol(protocol, node)
            if self._bands is None or protocol in self._bands:
                self._check_band(protocol, band, node)
        elif text and text not in facts:
            node.fault(f"{text!r} is not known; write {', '.join(facts)} or PROTOCOL.BAND")
