"""The waiting cases of a team in matching order. It serves positions, nudges and boards, and never decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from redis import Redis
from redis.client import Pipeline

from dispatch.priority import Place
from dispatch.queue.client import Client, text
from dispatch.queue.keys import PLACES, WAITING
from dispatch.queue.scripts import Script

PUT = Script("waiting_put", keys=("waiting", "places"), args=("case id", "member"))
REMOVE = Script("waiting_remove", keys=("waiting", "places"), args=("case id",))
POSITION = Script("waiting_position", keys=("waiting", "places"), args=("case id",))


def put_on(pipe: Pipeline, team: str, place: Place) -> None:
    PUT(pipe, _keys(team), [place.case_id, place.member])


def remove_on(pipe: Pipeline, team: str, case_id: str) -> None:
    REMOVE(pipe, _keys(team), [case_id])


class Waiting:
    """Changes answer False when Redis is down; reads and `replace` raise QueueDown."""

    def __init__(self, client: Client, patient: Client) -> None:
        self._client = client
        self._patient = patient

    def put(self, team: str, place: Place) -> bool:
        """Put the case at `place`, or move it there."""
        return self._client.change(lambda pipe: put_on(pipe, team, place)) is not None

    def remove(self, team: str, case_id: str) -> bool:
        return self._client.change(lambda pipe: remove_on(pipe, team, case_id)) is not None

    def positions(self, cases: Sequence[tuple[str, str]]) -> list[int | None]:
        """Of each (team, case id) its place in the team's order, 1 is next; None for a case that is not waiting."""

        def ask(redis: Redis) -> list[Any]:
            with redis.pipeline(transaction=False) as pipe:
                for team, case_id in cases:
                    POSITION(pipe, _keys(team), [case_id])
                return pipe.execute()

        return [None if ahead is None else int(ahead) + 1 for ahead in self._client.do(ask)]

    def order(self, team: str, limit: int | None = None) -> list[str]:
        """Case ids, the next to be matched first."""
        return [member.split("|", 3)[3] for member in self._members(self._client, team, limit)]

    def members(self, team: str) -> list[str]:
        """Every `Place.member` as it stands, in order; a rebuild compares it with the record."""
        return self._members(self._patient, team, None)

    def replace(self, team: str, places: Iterable[Place]) -> None:
        """Make the team's set exactly `places`, in one transaction: no reader sees it half full. Raises QueueDown."""
        waiting, held = _keys(team)
        members: dict[Any, Any] = {place.case_id: place.member for place in places}

        def fill(pipe: Pipeline) -> None:
            pipe.delete(waiting, held)
            if members:
                pipe.zadd(waiting, dict.fromkeys(members.values(), 0))
                pipe.hset(held, mapping=members)

        self._patient.transact(fill)

    def _members(self, client: Client, team: str, limit: int | None) -> list[str]:
        last = -1 if limit is None else limit - 1
        found: list[Any] = client.do(lambda redis: redis.zrange(WAITING.of(team), 0, last))
        return [text(member) for member in found]


def _keys(team: str) -> tuple[str, str]:
    return WAITING.of(team), PLACES.of(team)
