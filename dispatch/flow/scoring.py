"""The protocol library to read, and scoring without logging anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.access import Act, Actor, check
from dispatch.assessed import Assessed, urgency_of
from dispatch.errors import Fault, InvalidAnswer, InvalidInput, NotFound, UnknownProtocol
from dispatch.flow.service import Service
from dispatch.policy import Policy
from dispatch.priority import Urgency
from protocols import stream
from protocols.engine import score as score_answers
from protocols.forms import form
from protocols.model import Protocol

DEFAULT_TEAM = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolView:
    id: str
    version: str
    hash: str
    title: str
    #: least worrying first
    bands: tuple[str, ...]
    items: tuple[str, ...]
    population: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """One scored answer set. `urgency` is what the team's policy makes of it; None for instruments that only give
    context.
    """

    protocol: str
    version: str
    hash: str
    band: str | None
    score: float | int | None
    floor: str | None
    ceiling: str | None
    incomplete: bool
    because: tuple[str, ...]
    missing: tuple[str, ...]
    flags: Mapping[str, Any]
    urgency: Urgency | None


def protocols(actor: Actor, svc: Service) -> list[ProtocolView]:
    check(actor, Act.SCORE)
    return [_view(protocol) for protocol in svc.library]


def protocol(actor: Actor, svc: Service, id_: str) -> tuple[ProtocolView, dict[str, Any]]:
    """One protocol and its form as plain JSON values. Raises NotFound."""
    check(actor, Act.SCORE)
    found = _get(svc, id_)
    return _view(found), form(found).as_json()


def score(actor: Actor, svc: Service, id_: str, answers: Mapping[str, object], team: str | None = None) -> ScoreView:
    """Raises NotFound for an unknown protocol, InvalidInput naming the item of a wrong answer."""
    check(actor, Act.SCORE, team)
    found = _get(svc, id_)
    try:
        result = score_answers(found, answers)
    except InvalidAnswer as error:
        faults = [Fault(f"answers.{f.field}", f.problem) for f in error.faults]
        raise InvalidInput(error.detail, faults) from None
    return ScoreView(
        protocol=result.protocol,
        version=result.version,
        hash=result.hash,
        band=result.band,
        score=result.score,
        floor=result.floor,
        ceiling=result.ceiling,
        incomplete=result.incomplete,
        because=result.because,
        missing=result.missing,
        flags=result.flags,
        urgency=urgency_of(Assessed.of(found, result, svc.clock.now()), _policy(svc, team)),
    )


def score_lines(actor: Actor, svc: Service, id_: str, lines: Iterable[bytes], team: str | None = None) -> Iterator[str]:
    """A line of result for every line of answers, made as the result is asked for: see `protocols.stream`.

    Raises NotFound for an unknown protocol, before the first line is read.
    """
    check(actor, Act.SCORE, team)
    found, policy, now = _get(svc, id_), _policy(svc, team), svc.clock.now()
    return stream.score_lines(
        found, lines, lambda scored: {"urgency": urgency_of(Assessed.of(found, scored, now), policy)}
    )


def _policy(svc: Service, team: str | None) -> Policy:
    with svc.record.read() as conn:
        return svc.rosters.team(conn, team or DEFAULT_TEAM).policy


def _get(svc: Service, id_: str) -> Protocol:
    try:
        return svc.library.get(id_)
    except UnknownProtocol:
        raise NotFound("There is no such protocol.") from None


def _view(protocol: Protocol) -> ProtocolView:
    return ProtocolView(
        id=protocol.id,
        version=protocol.version,
        hash=protocol.hash,
        title=protocol.title,
        bands=tuple(band.id for band in protocol.bands),
        items=tuple(item.id for item in protocol.definition.items),
        population=protocol.definition.population,
    )
