"""A protocol as a sheet of paper for when the computers are down: same items, same order, same rule, in words.

What is filled in by hand is entered afterwards under the same item ids, so every line shows its id.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocols.conditions import words
from protocols.forms import form
from protocols.formwords import FormWords
from protocols.inwords import measure_words, rule_rows, within
from protocols.known import shown as in_figures
from protocols.model import Choice, Protocol
from protocols.translations import Translation


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    id: str
    text: str
    hint: str | None
    only_if: str | None
    """The skip logic in words; None is always asked."""
    boxes: tuple[str, ...]
    """What to tick, `refused` and `unable` included."""
    marks: tuple[str, ...]
    """What the rule calls each box, or the score could not be added up by hand; empty where its words say it."""
    write_in: str | None
    """For a number: which numbers are allowed."""


@dataclass(frozen=True, slots=True)
class Result:
    """One band as the back of the sheet shows it, most worrying first."""

    band: str
    words: str
    when: tuple[str, ...]
    action: str | None
    within: str


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    title_language: str
    protocol: str
    version: str
    hash: str
    language: str
    intro: str | None
    notice: str | None
    wording: str
    """As in a form: a paraphrase is not printed as the instrument's words either."""
    lines: tuple[Line, ...]
    measures: tuple[str, ...]
    results: tuple[Result, ...]
    """Bands and published actions, always in the file's own English: a result is the staff's to read."""
    words: FormWords
    """What the sheet says of its own, as in a form."""


def sheet(protocol: Protocol, translation: Translation | None = None) -> Sheet:
    """The sheet of a protocol, as plain data for a template."""
    definition = protocol.definition
    shown = form(protocol, translation)
    own = shown.words
    items = {item.id: item for item in definition.items}
    gaps = tuple(option.label for option in shown.gaps)
    lines = []
    for number, question in enumerate(shown.questions, 1):
        item = items[question.id]
        line = Line(
            number=number,
            id=question.id,
            text=question.text,
            hint=question.hint,
            only_if=words(item.ask) if item.ask is not None else None,
            boxes=(*(option.label for option in question.options), *gaps),
            marks=(*(_mark(choice, own) for choice in definition.choices_of(item)), *("" for _ in gaps))
            if item.kind == "choice"
            else tuple("" for _ in (*question.options, *gaps)),
            write_in=own.between.format(least=question.least, most=question.most)
            if question.kind == "integer"
            else None,
        )
        lines.append(line)
    rows = rule_rows(protocol, own)
    return Sheet(
        title=shown.title,
        title_language=shown.title_language,
        protocol=protocol.id,
        version=protocol.version,
        hash=protocol.hash,
        language=shown.language,
        intro=shown.intro,
        notice=shown.notice,
        wording=shown.wording,
        lines=tuple(lines),
        measures=tuple(measure_words(name, measure, own) for name, measure in definition.measures.items()),
        results=tuple(
            Result(
                band=band.id,
                words=band.words,
                when=tuple(when for given, when in rows if given == band.id),
                action=band.action,
                within=within(band.respond_within, own),
            )
            for band in protocol.bands[::-1]
        ),
        words=own,
    )


def _mark(choice: Choice, words: FormWords) -> str:
    """The code, and in brackets what it counts where that is something else."""
    if choice.points is None or in_figures(choice.points) == str(choice.value):
        return str(choice.value)
    return f"{choice.value} ({words.points.format(number=in_figures(choice.points))})"
