"""Who may do what, written down a second time: a role that is given an act by a slip of the table reads or moves cases
it must not, and every test that walks the table would walk the slip too."""

from __future__ import annotations

import pytest

from dispatch.access import MAY, Act, Actor, Role, check, system
from dispatch.errors import NotAllowed

#: act -> operator, responder, supervisor, coordinator, administrator, auditor
GIVEN = """
log_contact       O . S C . .
assess            O R S C . .
score             O R S C A U
regrade           O R S C . .
emergency         O R S C . .
recontact         O . S C . .
note              O R S C . .
assign            . . S C . .
release           . R S C . .
backup            O R S C . .
status            . R S C . .
stand_down        . . S C . .
close             O R S C . .
reopen            O R S C . .
clear_scene       . . S C . .
end_hold          O R S C . .
answer_page       . R S C . .
acknowledge       O R S C . .
see_queue         O R S C . .
see_case          O R S C . U
see_alarms        O R S C A .
see_roster        O R S C A U
see_measures      . . S C A U
search_person     O . S C . .
set_availability  . R S C . .
log_training      . R S C A .
swap              . R S C . .
approve_swap      . . . C . .
hand_off          . R S C . .
waive             . . S C . .
sign              . R S . . .
debrief           . R S C . .
manage_roster     . . . C A .
manage_people     . . . C A .
manage_users      . . . . A .
run               . . . . . .
"""
ROLES = (Role.OPERATOR, Role.RESPONDER, Role.SUPERVISOR, Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR)
TABLE = {
    Act(act): {role for role, letter in zip(ROLES, letters, strict=True) if letter != "."}
    for act, *letters in map(str.split, GIVEN.strip().splitlines())
}


def test_every_act_is_given_or_is_the_services_own() -> None:
    assert set(TABLE) == set(Act) == set(MAY)


@pytest.mark.parametrize("act", list(Act), ids=str)
def test_an_act_is_done_by_these_roles_and_no_others(act: Act) -> None:
    assert {role for role in ROLES if Actor("made-up", frozenset({role})).may(act)} == TABLE[act]
    assert Role.SYSTEM not in MAY[act]
    assert system("ticker").may(act, "night")


def test_two_roles_are_both_and_none_is_nothing() -> None:
    both = Actor("made-up", frozenset({Role.OPERATOR, Role.AUDITOR}))
    assert both.may(Act.LOG_CONTACT)
    assert both.may(Act.SEE_MEASURES)
    assert not any(Actor("made-up", frozenset()).may(act) for act in Act)


@pytest.mark.parametrize(
    ("teams", "team", "may"),
    [
        ((), "night", True),
        ((), None, True),
        (("night",), "night", True),
        (("night", "day"), "day", True),
        (("night",), "day", False),
        # What belongs to no team: the flow narrows what is shown.
        (("night",), None, True),
    ],
)
def test_a_sign_in_for_some_teams_acts_in_no_other(teams: tuple[str, ...], team: str | None, may: bool) -> None:
    actor = Actor("made-up", frozenset({Role.COORDINATOR}), frozenset(teams))
    assert actor.may(Act.ASSIGN, team) == may
    # A team never gives what the role does not.
    assert not actor.may(Act.MANAGE_USERS, team)
    if may:
        check(actor, Act.ASSIGN, team)
    else:
        with pytest.raises(NotAllowed, match=r"^assign is not allowed in team day for this sign-in\.$"):
            check(actor, Act.ASSIGN, team)


def test_a_refusal_says_what_was_refused() -> None:
    with pytest.raises(NotAllowed, match=r"^stand down is not allowed for this sign-in\.$"):
        check(Actor("made-up", frozenset({Role.AUDITOR})), Act.STAND_DOWN)
