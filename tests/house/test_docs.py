"""What the pages for people promise stays true: every word they can text, every alarm they can get, every link."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from dispatch import wording
from dispatch.alarm import Kind
from dispatch.grammar import OPT_IN, OPT_OUT, WORDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("word", [*WORDS, *sorted(OPT_OUT | OPT_IN)])
def test_whoever_is_paged_can_read_what_a_word_means(word: str) -> None:
    assert f"`{word}`" in _text("docs/qmhps.md")


@pytest.mark.parametrize("kind", Kind)
def test_whoever_is_alarmed_finds_the_very_sentence_and_what_to_do(kind: Kind) -> None:
    said = wording.sentence(kind, {"code": "K7Q", "who": "ben"})
    rows = [line for line in _text("docs/coordinators.md").splitlines() if line.startswith(f"| {said} |")]
    assert [len(row.strip("| ").split(" | ")) for row in rows] == [3]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = unquote(target).partition("#")
        found = (page.parent / place).resolve() if place else page
        inside = found.suffix == ".md" and found.exists()
        if not found.exists() or (anchor and not (inside and anchor in _anchors(found))):
            lost.append(target)
    assert lost == []


def test_the_front_page_names_both_commands_and_a_page_for_each_role() -> None:
    front = _text("README.md")
    for needed in ("make run", "make test", "docs/operators.md", "docs/qmhps.md", "docs/coordinators.md"):
        assert needed in front


def test_every_decision_is_listed_under_its_own_title() -> None:
    listed = dict(re.findall(r"^\| \[\d+\]\(([^)]+)\) \| (.+) \|$", _text("docs/decisions/README.md"), re.MULTILINE))
    found = {
        path.name: re.sub(r"^# \d+\. ", "", path.read_text(encoding="utf-8").splitlines()[0])
        for path in (ROOT / "docs/decisions").glob("0*.md")
    }
    assert listed == found
