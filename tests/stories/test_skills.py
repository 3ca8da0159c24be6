"""A contact that asks for a skill nobody has is logged and paged all the same, and the operator is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.contact import Needs
from dispatch.flow import answers, intake, people
from tests.stories import team
from tests.stories.world import ANSWERS, OPERATOR, SYSTEM, World

pytestmark = pytest.mark.story


def test_a_typo_is_told_to_the_operator_and_stops_no_page(world: World) -> None:
    people.import_roster(SYSTEM, world.svc, team.roster().replace("{id: ana,", "{id: ana, skills: [perinatal],"))
    contact = replace(world.contact(), needs=Needs(skills=("perinatl",)))
    draft = intake.Draft(contact, (answers.Given("cssrs-screener", ANSWERS["very_urgent"]),))
    logged = intake.log_contact(OPERATOR, world.svc, draft, "key", "body")
    assert "Nobody in the team has the skill perinatl. Was perinatal meant?" in logged.prompts
    world.settle()
    assert logged.case_id is not None
    assert world.file(logged.case_id).pages != ()
    phones = world.telephony.phones
    for phone in phones.server.network.phones():
        phones.expected.update([*(text.sid for text in phone.thread), *(call.sid for call in phone.calls)])


def test_an_import_doubts_a_word_that_is_nearly_another(world: World) -> None:
    text = team.roster().replace("{id: ana,", "{id: ana, skills: [perinatl],")
    found = people.import_roster(SYSTEM, world.svc, text)
    assert found.doubts == ("ana: the skill perinatl is nobody else's; was perinatal meant?",)
