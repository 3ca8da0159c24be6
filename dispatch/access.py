"""Who may do what: one table, role x act, narrowed by team. Checked by every function of the flow before it reads
anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dispatch.errors import NotAllowed


class Role(StrEnum):
    OPERATOR = "operator"
    RESPONDER = "responder"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    #: the service's own processes; no person and no token has it
    SYSTEM = "system"


class Act(StrEnum):
    LOG_CONTACT = "log_contact"
    ASSESS = "assess"
    SCORE = "score"
    REGRADE = "regrade"
    EMERGENCY = "emergency"
    RECONTACT = "recontact"
    NOTE = "note"
    ASSIGN = "assign"
    RELEASE = "release"
    BACKUP = "backup"
    STATUS = "status"
    STAND_DOWN = "stand_down"
    CLOSE = "close"
    REOPEN = "reopen"
    CLEAR_SCENE = "clear_scene"
    END_HOLD = "end_hold"
    ANSWER_PAGE = "answer_page"
    ACKNOWLEDGE = "acknowledge"
    SEE_QUEUE = "see_queue"
    SEE_CASE = "see_case"
    SEE_ALARMS = "see_alarms"
    SEE_ROSTER = "see_roster"
    SEE_MEASURES = "see_measures"
    SEARCH_PERSON = "search_person"
    SET_AVAILABILITY = "set_availability"
    LOG_TRAINING = "log_training"
    SWAP = "swap"
    APPROVE_SWAP = "approve_swap"
    HAND_OFF = "hand_off"
    WAIVE = "waive"
    SIGN = "sign"
    DEBRIEF = "debrief"
    MANAGE_ROSTER = "manage_roster"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_USERS = "manage_users"
    RUN = "run"


_O, _R, _S, _C, _A, _U = (
    Role.OPERATOR,
    Role.RESPONDER,
    Role.SUPERVISOR,
    Role.COORDINATOR,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
_FLOOR = frozenset({_O, _R, _S, _C})
_LEADS = frozenset({_S, _C})

#: Administrators run the service and its people; they do not thereby read or move cases. Whoever needs both is given
#: both roles.
MAY: dict[Act, frozenset[Role]] = {
    Act.LOG_CONTACT: frozenset({_O, _S, _C}),
    Act.ASSESS: frozenset({_O, _R, _S, _C}),
    Act.SCORE: frozenset({_O, _R, _S, _C, _A, _U}),
    Act.REGRADE: _FLOOR,
    Act.EMERGENCY: _FLOOR,
    Act.RECONTACT: frozenset({_O, _S, _C}),
    Act.NOTE: _FLOOR,
    Act.ASSIGN: _LEADS,
    Act.RELEASE: frozenset({_R, _S, _C}),
    Act.BACKUP: _FLOOR,
    Act.STATUS: frozenset({_R, _S, _C}),
    Act.STAND_DOWN: _LEADS,
    Act.CLOSE: _FLOOR,
    Act.REOPEN: _FLOOR,
    Act.CLEAR_SCENE: _LEADS,
    Act.END_HOLD: _FLOOR,
    Act.ANSWER_PAGE: frozenset({_R, _S, _C}),
    Act.ACKNOWLEDGE: _FLOOR,
    Act.SEE_QUEUE: _FLOOR,
    Act.SEE_CASE: frozenset({_O, _R, _S, _C, _U}),
    Act.SEE_ALARMS: frozenset({_O, _R, _S, _C, _A}),
    Act.SEE_ROSTER: frozenset({_O, _R, _S, _C, _A, _U}),
    Act.SEE_MEASURES: frozenset({_S, _C, _A, _U}),
    Act.SEARCH_PERSON: frozenset({_O, _S, _C}),
    Act.SET_AVAILABILITY: frozenset({_R, _S, _C}),
    Act.LOG_TRAINING: frozenset({_R, _S, _C, _A}),
    Act.SWAP: frozenset({_R, _S, _C}),
    Act.APPROVE_SWAP: frozenset({_C}),
    Act.HAND_OFF: frozenset({_R, _S, _C}),
    Act.WAIVE: _LEADS,
    Act.SIGN: frozenset({_R, _S}),
    Act.DEBRIEF: frozenset({_R, _S, _C}),
    Act.MANAGE_ROSTER: frozenset({_C, _A}),
    Act.MANAGE_PEOPLE: frozenset({_C, _A}),
    Act.MANAGE_USERS: frozenset({_A}),
    Act.RUN: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` goes into the ledger: a user's, a responder's, a token's (`token:…`) or a process's
    (`system:ticker`).

    `teams` empty means every team. `person` is the responder this sign-in belongs to, if any.
    """

    id: str
    roles: frozenset[Role]
    teams: frozenset[str] = frozenset()
    person: str | None = None

    def may(self, act: Act, team: str | None = None) -> bool:
        if Role.SYSTEM in self.roles:
            return True
        if self.teams and team is not None and team not in self.teams:
            return False
        return bool(self.roles & MAY[act])


def check(actor: Actor, act: Act, team: str | None = None) -> None:
    """Raises NotAllowed when `actor` may not do `act` in `team` (None: in any)."""
    if not actor.may(act, team):
        where = f" in team {team}" if team else ""
        raise NotAllowed(f"{act.value.replace('_', ' ')} is not allowed{where} for this sign-in.")


def system(process: str) -> Actor:
    """One of the service's own processes."""
    return Actor(f"system:{process}", frozenset({Role.SYSTEM}))
