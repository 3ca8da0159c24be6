"""Instruments on paper, and their words in a second language."""

from __future__ import annotations

import re
from html import unescape

import pytest

from protocols.forms import form
from protocols.loader import Library
from protocols.paper import sheet
from tests.api.conftest import Api
from tests.console.conftest import Screen, case_of, fill

LIBRARY = Library.shipped()
FIRST_ITEM = "Poco interés o placer en hacer cosas"
FIRST_ITEMS = {"phq-9": FIRST_ITEM, "phq-2": FIRST_ITEM, "gad-7": "nervios de punta"}


def test_every_instrument_is_on_the_list_and_its_paper_asks_what_the_screen_asks(operator: Screen) -> None:
    links = re.findall(r'href="(/protocols/[^"?]+/paper)"', operator.open("/protocols").html)
    assert links == [f"/protocols/{protocol.id}/paper" for protocol in LIBRARY]
    for protocol in LIBRARY:
        paper = operator.open(f"/protocols/{protocol.id}/paper")
        assert re.findall(r'data-item="(\w+)"', paper.html) == [each.id for each in form(protocol).questions]
        shown, on_paper = paper.text, sheet(protocol)
        for line in on_paper.lines:
            assert " ".join(line.text.split()) in shown
            assert line.only_if is None or f"Only if {line.only_if}" in shown
        assert all(" ".join(result.words.split()) in shown for result in on_paper.results)
        assert protocol.hash in shown
        assert ("Our own words for what is asked" in shown) == (on_paper.wording == "paraphrase")


def test_paper_is_in_spanish_where_there_is_a_translation_and_never_in_english_instead(operator: Screen) -> None:
    assert "/protocols/phq-9/paper?language=es" in operator.open("/protocols").html
    paper = operator.open("/protocols/phq-9/paper?language=es")
    assert FIRST_ITEM in paper.text
    assert 'lang="es"' in paper.html
    assert operator.open("/protocols/cssrs-screener/paper?language=es").status == 404
    assert operator.open("/protocols/no-such/paper").status == 404


def test_a_score_can_be_added_up_by_hand(operator: Screen) -> None:
    assert "2 Más de la mitad de los días" in operator.open("/protocols/phq-9/paper?language=es").text
    assert "1 Code 1 2 Code 2 3a (3 points) Code 3a" in operator.open("/protocols/sbq-r/paper").text
    assert "Yes No Refused Unable to answer" in operator.open("/protocols/cssrs-screener/paper").text


def test_the_contact_form_leads_to_the_paper_of_what_it_shows(operator: Screen) -> None:
    assert 'href="/protocols/cssrs-screener/paper" target="_blank">Paper form' in operator.open("/contacts/new").html


def test_printing_leaves_the_paper_alone_on_the_page(operator: Screen) -> None:
    paper = operator.open("/protocols/phq-9/paper")
    css = re.findall(r'href="(/static/console[^"]+)"', paper.html)
    printed = operator.client.get(css[0]).text.split("@media print")[1]
    hidden = re.findall(r"([^{}]+)\{ display: none; \}", printed)[0]
    assert {".bar", ".unprinted"} <= {each.strip() for each in hidden.split(",")}
    assert re.search(r'<p class="unprinted[^>]*><a href="/protocols">', paper.html)


def test_nobody_prints_without_signing_in(api: Api) -> None:
    assert Screen(api.browser()).open("/protocols/phq-9/paper").at == "/sign-in"


@pytest.mark.parametrize(("protocol", "language"), [("phq-9", "es"), ("asq", "es"), ("cssrs-screener", "en")])
def test_the_screen_form_is_in_spanish_where_there_is_a_translation(
    operator: Screen, protocol: str, language: str
) -> None:
    part = operator.open(f"/contacts/new/protocol?add={protocol}&language=es")
    found = LIBRARY.get(protocol)
    shown = form(found, LIBRARY.translation(found, "es"))
    assert f'<div lang="{language}">' in part.html
    assert all(question.text in unescape(part.html) for question in shown.questions)


def test_everything_around_spanish_questions_is_spanish_too_and_what_is_not_says_so(operator: Screen) -> None:
    part = operator.open("/contacts/new/protocol?add=phq-9&language=es")
    assert 'lang="es">Cuestionario sobre la salud del paciente-9 (PHQ-9)</h2>' in part.html
    for words in ("Borrar", "Formulario en papel", "No quiso responder", "Quién respondió", "Me lo dijo otra persona"):
        assert words in part.text
    for words in ("Refused", "Unable to answer", ">Clear<", "Paper form", "Who answered", "The person"):
        assert words not in part.html
    gad = operator.open("/contacts/new/protocol?add=gad-7&language=es").html
    assert 'lang="en">Generalized Anxiety Disorder, seven items (GAD-7)</h2>' in gad


def test_bands_and_actions_on_spanish_paper_are_the_published_english_and_marked_as_such(operator: Screen) -> None:
    paper = operator.open("/protocols/phq-9/paper?language=es")
    bands = re.findall(r'<td lang="(\w+)"><span class="box">([^<]+)</span>', paper.html)
    assert bands == [("en", result.words) for result in sheet(LIBRARY.get("phq-9")).results]
    assert "Lo que resulta" in paper.text


@pytest.mark.parametrize("protocol", FIRST_ITEMS)
def test_a_case_can_be_assessed_again_in_spanish(operator: Screen, protocol: str) -> None:
    operator.open("/contacts/new")
    case = case_of(operator.post("/contacts/new", fill(operator)))
    assert '<option value="es">Spanish</option>' in operator.open(f"/cases/{case}").html
    address = f"/cases/{case}/assess?protocol={protocol}"
    shown = operator.open(address)
    assert f'href="{address.replace("&", "&amp;")}&amp;language=es" hreflang="es">Spanish</a>' in shown.html
    spanish = operator.open(f"{address}&language=es")
    assert FIRST_ITEMS[protocol] in spanish.text
    fields = spanish.hidden() | {"assessments.0.answers.q1": "9"}
    again = operator.post(f"{address}&language=es", fields)
    assert again.status == 422
    assert "No quiso responder" in again.text
    items = [item.id for item in LIBRARY.get(protocol).definition.items]
    fields |= {f"assessments.0.answers.{item}": "1" for item in items}
    done = operator.post(f"{address}&language=es", fields)
    assert done.at.startswith(f"/cases/{case}")


def test_who_asked_for_spanish_and_gets_english_is_told_so(operator: Screen) -> None:
    operator.open("/contacts/new")
    case = case_of(operator.post("/contacts/new", fill(operator)))
    shown = operator.open(f"/cases/{case}/assess?protocol=cssrs-screener&language=es")
    assert "There is no official Spanish wording of it here; it is in English." in shown.text
    assert "no official" not in operator.open(f"/cases/{case}/assess?protocol=cssrs-screener").text


def test_a_spanish_form_stays_spanish_when_sent_back_and_counts_like_the_english_one(operator: Screen) -> None:
    operator.open("/contacts/new")
    answers = {f"assessments.1.answers.q{n}": "3" for n in range(1, 10)}
    fields = fill(operator) | {"assessments.1.protocol": "phq-9", "assessments.1.language": "es"} | answers
    again = operator.post("/contacts/new", fields | {"person.age": "abc"})
    assert again.status == 422
    assert FIRST_ITEM in again.text
    assert again.hidden()["assessments.1.language"] == "es"
    english = {name: value for name, value in fields.items() if not name.endswith(".language")}
    spanish = operator.post("/contacts/new/score", fields).text
    assert "27" in spanish
    assert spanish == operator.post("/contacts/new/score", english).text
    assert operator.post("/contacts/new", fields).status == 201


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({}, "Answer a question, and see here what it comes to."),
        (
            {"q1": "yes"},
            "at least low by this screen · unfinished By itself very urgent Could still come to: high by this screen.",
        ),
        ({"q1": "yes", "q2": "yes", "q4": "yes"}, "high by this screen · unfinished By itself very urgent"),
        ({"q1": "no", "q2": "no", "q6": "no"}, "no suicidal thoughts reported By itself routine"),
        ({"q1": "no", "q2": "no", "q4": "yes", "q6": "no"}, "Cannot be scored yet: q4: is not asked when q2 = no"),
    ],
)
def test_assessing_again_shows_what_it_comes_to_while_it_is_filled_in(
    operator: Screen, answers: dict[str, str], says: str
) -> None:
    operator.open("/contacts/new")
    case = case_of(operator.post("/contacts/new", fill(operator)))
    form_page = operator.open(f"/cases/{case}/assess?protocol=cssrs-screener")
    assert f'hx-post="/cases/{case}/assess/score"' in form_page.html
    fields = {f"assessments.0.answers.{item}": answer for item, answer in answers.items()}
    shown = operator.post(f"/cases/{case}/assess/score", form_page.hidden() | fields)
    assert shown.status == 200
    assert says in re.sub("[\u25ae\u25af]+ ", "", shown.text)
