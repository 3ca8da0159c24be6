"""An escalation: one run up a ladder, until enough people own the case. Its one state table, and the row.

The ladder is frozen into the run when it starts, so that editing a policy cannot derail a case under way. The run
says how many people it still wants to ask (`want`); who they are is the matcher's business alone. What moves it is in
`laddering`, `asking` and `answering`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.policy import Step
from dispatch.priority import Urgency


class Run(StrEnum):
    #: outside page hours: the case waits in sight, anyone may release it
    HELD = "held"
    #: looking for somebody to ask, or waiting for the answer
    ASKING = "asking"
    #: past the last step: an alarm rings, and everybody is asked again each round
    EXHAUSTED = "exhausted"
    #: enough people have accepted
    SATISFIED = "satisfied"
    #: the case went away
    CANCELLED = "cancelled"


class Move(StrEnum):
    HOLD_ENDED = "hold_ended"
    #: a step ended without enough people: by silence, or at once because nobody there could be asked
    STEPPED = "stepped"
    #: the step that ended was the last one that pages
    RAN_OUT = "ran_out"
    NEW_ROUND = "new_round"
    #: urgency or the number needed rose: the ladder begins again, more urgent
    REFROZEN = "refrozen"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_ENDS = {Move.COMPLETED: Run.SATISFIED, Move.CANCELLED: Run.CANCELLED}

MOVES: dict[Run, dict[Move, Run]] = {
    Run.HELD: {**_ENDS, Move.HOLD_ENDED: Run.ASKING, Move.REFROZEN: Run.ASKING},
    Run.ASKING: {**_ENDS, Move.STEPPED: Run.ASKING, Move.RAN_OUT: Run.EXHAUSTED, Move.REFROZEN: Run.ASKING},
    Run.EXHAUSTED: {**_ENDS, Move.NEW_ROUND: Run.EXHAUSTED, Move.REFROZEN: Run.ASKING},
    Run.SATISFIED: {},
    Run.CANCELLED: {},
}

#: The one clock of each open state.
CLOCKS: dict[Run, Meaning] = {
    Run.HELD: Meaning.HOLD_ENDS,
    Run.ASKING: Meaning.STEP_OVERDUE,
    Run.EXHAUSTED: Meaning.ROUND_OVERDUE,
}


class Reason(StrEnum):
    """Why the run exists. A backup runs beside people who already own the case."""

    FIRST = "first"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Escalation:
    id: str
    case_id: str
    team: str
    reason: Reason
    state: Run
    ladder: tuple[Step, ...]
    urgency: Urgency
    needed: int
    started_at: datetime
    step_at: datetime
    step: int = 0
    round: int = 0
    got: int = 0
    #: people still to be asked at this step; the matcher takes it down as it pages
    want: int = 0
    #: the first page of this step; its wait runs from here and is not restarted
    first_page_at: datetime | None = None
    #: the matcher has looked at this step and found only people who are busy or resting
    only_busy: bool = False
    #: asked in this round, and those among them who said no
    asked: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    version: int = 0
    deadline: Deadline | None = None

    @property
    def open(self) -> bool:
        return self.state in CLOCKS

    @property
    def current(self) -> Step:
        return self.ladder[min(self.step, len(self.ladder) - 1)]

    @property
    def missing(self) -> int:
        """People who must still accept."""
        return max(0, self.needed - self.got)
