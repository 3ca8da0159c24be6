"""Swaps and hand-offs as they are sent and shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from dispatch.api.schemas.base import Body, Code, Moment, WindowOut
from dispatch.flow.handoffs import Offer
from dispatch.flow.swapasks import Ask
from dispatch.flow.swaplooks import SwapView
from dispatch.flow.views import Named
from dispatch.swap import State

CaseId = Annotated[str, Field(pattern=r"^[0-9a-f]{16,64}$")]


class SwapIn(Body):
    """What others are asked to take. Without `to`, up to the end of that stretch of duty; without `asked`, the whole
    pool of the team; without `giver`, one's own."""

    model_config = ConfigDict(populate_by_name=True)

    team: Code
    layer: Code
    start: Moment = Field(alias="from")
    end: Moment | None = Field(default=None, alias="to")
    asked: Annotated[list[Code], Field(max_length=60)] = []
    giver: Code | None = None

    def ask(self) -> Ask:
        return Ask(self.team, self.layer, self.start, self.end, tuple(dict.fromkeys(self.asked)), self.giver)


class AnswerFor(Body):
    """Whose answer it is: without, one's own. A coordinator writes down what somebody said."""

    person: Code | None = None


class SwapOut(WindowOut):
    """`can` are the acts the asker may do now; `warnings` what there is to know about the taker; `in_roster` whether
    its override stands in the roster."""

    id: str
    code: str
    team: str
    layer: str
    giver: Named
    taker: Named | None
    asked: list[Named]
    declined: list[Named]
    needs_approval: bool
    state: State
    warnings: list[str]
    in_roster: bool
    can: list[str]
    cannot_take: str | None

    @classmethod
    def of(cls, view: SwapView) -> SwapOut:
        return cls.model_validate(view)


class HandoffIn(Body):
    """Who is offered the cases. Without `cases`, all that the giver has in the team; without `giver`, one's own."""

    team: Code
    taker: Code
    cases: Annotated[list[CaseId], Field(min_length=1, max_length=60)] | None = None
    giver: Code | None = None

    def offer(self) -> Offer:
        return Offer(self.team, self.taker, None if self.cases is None else tuple(self.cases), self.giver)


class AcceptIn(Body):
    """The cases that are taken. Without, all but those in which the giver is on the way or with the person."""

    cases: Annotated[list[CaseId], Field(min_length=1, max_length=60)] | None = None
