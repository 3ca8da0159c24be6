"""What a text means depends on who is in which situation; these are the situations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.reply import (
    Accept,
    AskWhich,
    Backup,
    CallBridge,
    CheckInOk,
    Decline,
    HeldCase,
    LateAccept,
    LatePage,
    Meaning,
    NothingAsked,
    NumberCode,
    Off,
    OffAskBack,
    On,
    OpenPage,
    OptIn,
    OptOut,
    ReplyContext,
    SafetyAlarm,
    ShiftCheckOk,
    Stage,
    Status,
    StatusList,
    SwapAnswer,
    Unknown,
    Verb,
    Who,
    parse,
    understand,
)

IDLE = ReplyContext()
PAGED = ReplyContext(open_pages=[OpenPage("K7Q", "p1")])
PAGED_TWICE = ReplyContext(open_pages=[OpenPage("M4R", "p2"), OpenPage("K7Q", "p1")])
HOLDS = ReplyContext(held=[HeldCase("B3X", "c3", Stage.ACCEPTED)])
HOLDS_AND_PAGED = ReplyContext(held=HOLDS.held, open_pages=PAGED.open_pages)
HOLDS_TWO = ReplyContext(held=[HeldCase("B3X", "c3", Stage.ACCEPTED), HeldCase("R8T", "c8", Stage.ACCEPTED)])
ON_SCENE = ReplyContext(held=[HeldCase("B3X", "c3", Stage.ON_SCENE)])
CHECKED = ReplyContext(held=ON_SCENE.held, check_ins=ON_SCENE.held)
CHECKED_AND_PAGED = ReplyContext(held=ON_SCENE.held, check_ins=ON_SCENE.held, open_pages=PAGED.open_pages)
CHECKED_AND_HAD_PAGE = ReplyContext(
    held=ON_SCENE.held, check_ins=ON_SCENE.held, late_pages=[LatePage("B3X", "p3")], open_pages=PAGED.open_pages
)
LEAVING = ReplyContext(held=[HeldCase("B3X", "c3", Stage.CLEARED, lately=True)])
PAPER_ONLY = ReplyContext(held=[HeldCase("B3X", "c3", Stage.CLEARED)])
MISSED = ReplyContext(late_pages=[LatePage("K7Q", "p1", fresh=True)])
MISSED_AND_PAGED = ReplyContext(late_pages=MISSED.late_pages, open_pages=[OpenPage("M4R", "p2")])
LONG_AGO = ReplyContext(late_pages=[LatePage("K7Q", "p1")], open_pages=[OpenPage("M4R", "p2")])
HAS_IT = ReplyContext(late_pages=[LatePage("B3X", "p3")], held=HOLDS.held)
HAS_ONE_OF_TWO = ReplyContext(late_pages=[LatePage("K7Q", "p1"), LatePage("B3X", "p3")], held=HOLDS.held)
HAS_TWO = ReplyContext(late_pages=[LatePage("B3X", "p3")], held=HOLDS_TWO.held)
ONE_OF_TWO_CHECKED = ReplyContext(held=HOLDS_TWO.held, check_ins=HOLDS_TWO.held[1:])
COMES_ON = ReplyContext(shift_checks=["s1"])
COMES_ON_TWICE = ReplyContext(shift_checks=["s1", "s2"], open_pages=PAGED.open_pages)
COMES_ON_AND_CHECKED = ReplyContext(held=ON_SCENE.held, check_ins=ON_SCENE.held, shift_checks=["s1"])
COMES_ON_AND_HOLDS = ReplyContext(held=ON_SCENE.held, shift_checks=["s1"])
PROVES = ReplyContext(verifying=True)
PROVES_AND_CHECKED = ReplyContext(held=ON_SCENE.held, check_ins=ON_SCENE.held, verifying=True)
ALARM = SafetyAlarm(("c3",))

SITUATIONS: list[tuple[str, ReplyContext, str, Meaning]] = [
    ("one page, one key", PAGED, "1", Accept("p1")),
    ("one page, with its code", PAGED, "yes k7q", Accept("p1")),
    ("one page, no", PAGED, "2", Decline("p1")),
    ("the wrong code is asked back", PAGED, "1 K7R", AskWhich(Verb.ACCEPT, ("K7Q",))),
    ("two pages need the code", PAGED_TWICE, "1", AskWhich(Verb.ACCEPT, ("M4R", "K7Q"))),
    ("two pages, no, needs the code too", PAGED_TWICE, "no", AskWhich(Verb.DECLINE, ("M4R", "K7Q"))),
    ("two pages, with the code", PAGED_TWICE, "1 K7Q", Accept("p1")),
    ("a case held and a page open need the code", HOLDS_AND_PAGED, "1", AskWhich(Verb.ACCEPT, ("K7Q",))),
    ("a case held and a page open, no", HOLDS_AND_PAGED, "n", AskWhich(Verb.DECLINE, ("K7Q",))),
    ("a case held and a page open, code given", HOLDS_AND_PAGED, "1 K7Q", Accept("p1")),
    ("nothing to accept", IDLE, "1", Unknown()),
    ("ok at the start of a shift", COMES_ON, "ok.", ShiftCheckOk(("s1",))),
    ("ok in two teams, with a page open", COMES_ON_TWICE, "OK", ShiftCheckOk(("s1", "s2"))),
    ("ok with a code is about a case", COMES_ON, "OK B3X", NothingAsked()),
    ("ok to a page is no yes, and no alarm either", PAGED, "OK", NothingAsked()),
    ("ok while no check-in is waited for", HOLDS, "ok", NothingAsked()),
    ("ok to nothing", IDLE, "Ok!", NothingAsked()),
    ("a safety check-in comes before the start of a shift", COMES_ON_AND_CHECKED, "ok", CheckInOk("c3")),
    ("on scene, no check-in is waited for", COMES_ON_AND_HOLDS, "ok", ShiftCheckOk(("s1",))),
    ("no is no answer to the start of a shift", COMES_ON, "no", Unknown()),
    ("off at the start of a shift is off", COMES_ON, "off", Off()),
    ("done, at the start of a shift, is done", COMES_ON_AND_HOLDS, "5", Status("c3", Verb.CLEAR)),
    ("take and pass are about a swap alone", HOLDS_AND_PAGED, "take k4m7", SwapAnswer(takes=True, code="K4M7")),
    ("six digits", PROVES, "493827", NumberCode("493827")),
    ("six digits in two threes", PROVES, "493 827.", NumberCode("493827")),
    ("six digits nobody waits for", IDLE, "493827", Unknown()),
    ("seven digits", PROVES, "4938275", Unknown()),
    ("a code typed at a check-in is no cry", PROVES_AND_CHECKED, "493-827", NumberCode("493827")),
    ("911 is never a code", PROVES_AND_CHECKED, "911 911", ALARM),
    ("a late yes", MISSED, "1", LateAccept("p1")),
    ("a late yes by code", MISSED, "1 K7Q", LateAccept("p1")),
    ("a late no", MISSED, "2 K7Q", Decline("p1")),
    ("a bare yes may mean the page just missed", MISSED_AND_PAGED, "1", AskWhich(Verb.ACCEPT, ("M4R", "K7Q"))),
    ("a page closed long ago is found by code only", LONG_AGO, "1", Accept("p2")),
    ("a page closed long ago, by code", LONG_AGO, "1 K7Q", LateAccept("p1")),
    ("yes said twice", HAS_IT, "1", LateAccept("p3")),
    ("no after yes is not guessed", HAS_IT, "2", Unknown()),
    ("yes said twice is about the case they hold", HAS_ONE_OF_TWO, "1", LateAccept("p3")),
    ("yes said twice, with two cases held", HAS_TWO, "1", Unknown()),
    ("a code nobody waits for an answer to", IDLE, "1 K7Q", Unknown()),
    ("on the way", HOLDS, "3", Status("c3", Verb.EN_ROUTE)),
    ("on scene", HOLDS, "arrived B3X", Status("c3", Verb.ARRIVED)),
    ("reached, with a page open", HOLDS_AND_PAGED, "6", Status("c3", Verb.REACHED)),
    ("not reached", HOLDS, "not reached", Status("c3", Verb.NOT_REACHED)),
    ("done", HOLDS, "5", Status("c3", Verb.CLEAR)),
    ("two cases need the code", HOLDS_TWO, "5", AskWhich(Verb.CLEAR, ("B3X", "R8T"))),
    ("two cases, with the code", HOLDS_TWO, "5 R8T", Status("c8", Verb.CLEAR)),
    ("a status for a case I do not hold", HOLDS, "5 R8T", AskWhich(Verb.CLEAR, ("B3X",))),
    ("a status with no case", PAGED, "3", Unknown()),
    ("backup", HOLDS, "backup", Backup("c3")),
    ("call", HOLDS, "CALL B3X", CallBridge("c3")),
    ("call before accepting", PAGED, "CALL", Unknown()),
    ("a check-in answered", CHECKED, "ok", CheckInOk("c3")),
    ("a check-in of one of two cases answered", ONE_OF_TWO_CHECKED, "ok", CheckInOk("c8")),
    ("a check-in answered with a page open", CHECKED_AND_PAGED, "ok", CheckInOk("c3")),
    ("no in answer to a check-in", CHECKED, "No!", ALARM),
    ("no in answer to a check-in with a page open", CHECKED_AND_PAGED, "2", ALARM),
    ("no in answer to a check-in, with the code it came with", CHECKED_AND_HAD_PAGE, "no B3X", ALARM),
    ("a page declined by code during a check-in", CHECKED_AND_PAGED, "2 K7Q", Decline("p1")),
    ("a page accepted by code during a check-in", CHECKED_AND_PAGED, "1 K7Q", Accept("p1")),
    ("anything not understood in answer to a check-in", CHECKED, "cant talk", ALARM),
    ("an emoji in answer to a check-in", CHECKED, "👍", ALARM),
    ("yes is no answer to a check-in", CHECKED, "yes", ALARM),
    ("a status during a check-in is a status", CHECKED, "5", Status("c3", Verb.CLEAR)),
    ("a cry for help on scene", ON_SCENE, "help", ALARM),
    ("a cry for help on scene, with the code", ON_SCENE, "911 B3X", ALARM),
    ("a cry for help on scene, in a sentence", ON_SCENE, "Help me please", ALARM),
    ("not understood on scene, without a check-in", ON_SCENE, "running late", Unknown()),
    ("a cry for help before they said they had left", HOLDS, "HELP", ALARM),
    ("a cry for help from nobody's case", IDLE, "SOS", Unknown()),
    ("a cry for help minutes after a partner said done", LEAVING, "HELP", ALARM),
    ("a cry for help from a desk, with the paper still to do", PAPER_ONLY, "HELP", Unknown()),
    ("a duress word on scene", ReplyContext(held=ON_SCENE.held, duress=True), "bluebird", ALARM),
    ("a duress word at home", ReplyContext(duress=True), "bluebird", Unknown()),
    ("on call", IDLE, "on 8", On(8.0)),
    ("on call until I say", IDLE, "on", On(None)),
    ("off call", IDLE, "off", Off()),
    ("off while holding a case", HOLDS, "off", OffAskBack(("B3X",))),
    ("off with only the paper still to do", PAPER_ONLY, "off", Off()),
    ("off as the last one", ReplyContext(last_on_call=True), "off", OffAskBack(())),
    ("off all the same", ReplyContext(last_on_call=True), "off now", Off()),
    ("who", PAGED, "who", Who()),
    ("status", HOLDS, "status", StatusList()),
    ("stop", PAGED, "Stop", OptOut()),
    ("start", ReplyContext(opted_out=True), "start", OptIn(None)),
    ("info is the carrier's", PAGED, "info", Unknown()),
    (
        "yes from an opted-out number",
        ReplyContext(opted_out=True, open_pages=PAGED.open_pages),
        "yes",
        OptIn(Accept("p1")),
    ),
    ("yes from an opted-out number, nothing open", ReplyContext(opted_out=True), "YES", OptIn(None)),
    (
        "1 from an opted-out number lifts nothing",
        ReplyContext(opted_out=True, open_pages=PAGED.open_pages),
        "1",
        Accept("p1"),
    ),
]


@pytest.mark.parametrize(
    ("context", "text", "meaning"), [row[1:] for row in SITUATIONS], ids=[row[0] for row in SITUATIONS]
)
def test_situation(context: ReplyContext, text: str, meaning: Meaning) -> None:
    assert understand(parse(text), context) == meaning


@pytest.mark.parametrize("stage", list(Stage))
def test_a_cry_rings_from_everyone_who_may_be_out_there(stage: Stage) -> None:
    context = ReplyContext(held=[HeldCase("B3X", "c3", stage)])
    rings = understand(parse("SOS"), context) == ALARM
    assert rings == (stage is not Stage.CLEARED)


CODES = ["K7Q", "M4R", "B3X", "R8T"]
TEXTS = st.sampled_from(["1", "2", "YES", "no", "5", "OK", "backup", "call", "help", "stop", "hm", "off"])


@st.composite
def contexts(draw: st.DrawFn) -> ReplyContext:
    def some() -> list[str]:
        return draw(st.lists(st.sampled_from(CODES), unique=True, max_size=3))

    held = [HeldCase(code, f"c{code}", draw(st.sampled_from(Stage))) for code in some()]
    return ReplyContext(
        open_pages=[OpenPage(code, f"p{code}") for code in some()],
        late_pages=[LatePage(code, f"l{code}", draw(st.booleans())) for code in some()],
        held=held,
        check_ins=[case for case in held if draw(st.booleans())],
        duress=draw(st.booleans()),
        opted_out=draw(st.booleans()),
        last_on_call=draw(st.booleans()),
    )


@given(contexts(), TEXTS, st.sampled_from(["", *CODES]))
def test_nothing_is_done_to_a_case_that_was_not_named_and_could_be_another(
    context: ReplyContext, text: str, code: str
) -> None:
    meaning = understand(parse(f"{text} {code}"), context)
    if isinstance(meaning, OptIn) and meaning.then is not None:
        meaning = meaning.then
    match meaning:
        case Accept(page_id=acted_on) | LateAccept(page_id=acted_on) | Decline(page_id=acted_on):
            others = {page.code for page in context.open_pages} | {case.code for case in context.held}
        case Status(case_id=acted_on) | Backup(case_id=acted_on) | CallBridge(case_id=acted_on):
            others = {case.code for case in context.held}
        case CheckInOk(case_id=acted_on):
            others = {case.code for case in context.check_ins}
        case _:
            return
    assert acted_on[1:] == code if code else others <= {acted_on[1:]}


@given(contexts(), st.text())
def test_during_a_check_in_no_message_is_merely_lost(context: ReplyContext, text: str) -> None:
    if context.check_ins:
        assert not isinstance(understand(parse(text), context), Unknown)
