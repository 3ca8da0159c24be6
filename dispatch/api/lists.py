"""What lists are asked for by: one team, and a part of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from dispatch.api.schemas.base import Cursor, Limit, Page
from dispatch.flow import boards, teams
from dispatch.http.signin import Svc
from dispatch.http.threads import quickly

T = TypeVar("T")


async def _known(
    svc: Svc,
    team: Annotated[
        str | None, Query(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="One team; all of yours without.")
    ] = None,
) -> str | None:
    # A misspelt team would show a board on which nobody waits.
    if team is not None:
        await quickly(teams.must_be_there, svc, team)
    return team


Team = Annotated[str | None, Depends(_known)]


class _Part:
    def __init__(self, limit: Limit | None = None, cursor: Cursor = None) -> None:
        self._most = limit
        self._start = boards.offset(cursor)

    def of(self, items: Sequence[T]) -> Page[T]:
        """The part that was asked for of a list that is read whole anyhow."""
        end = len(items) if self._most is None else self._start + self._most
        return Page(items=list(items[self._start : end]), next=str(end) if end < len(items) else None)


#: All of the list without a limit.
Part = Annotated[_Part, Depends()]
