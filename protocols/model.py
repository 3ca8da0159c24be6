"""The file format: one frozen dataclass a part of a protocol file. The fields are the keys, the notes their help.

`binding.py` reads a file by these types and `schema.py` publishes them as a JSON Schema, so this is the only place
where the format is written down. Unknown keys are faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Literal

from protocols.conditions import Condition, Value

Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    citation: Annotated[str, "The publication, so that a reader can find it."]
    read: Annotated[tuple[str, ...], "Where this file's content was read."] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    holder: Annotated[str, "Who holds the rights, or 'public domain'."]
    terms: Annotated[str, "What may be done with the instrument, in a sentence."]
    notice: Annotated[str | None, "The notice that must stay with it, word for word."] = None
    wording: Annotated[
        Literal["published", "paraphrase", "codes_only", "own"],
        "Whether item texts are the published words, our paraphrase, only codes and times, or plain facts of our own.",
    ]
    separate: Annotated[bool, "True when this file is not under the project's own licence."] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: Annotated[Value, "What is sent and stored: a code or a whole number."]
    label: Annotated[str, "What the person choosing reads."]
    points: Annotated[Number | None, "What it counts in a sum; a whole-number value counts itself."] = None
    gap: Annotated[bool, "True for 'do not know': chosen, yet it answers nothing."] = False
    loinc: Annotated[str | None, "LOINC answer code."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    id: Annotated[str, "Short and stable: answers are sent under it."]
    text: Annotated[str, "The question as shown."]
    hint: Annotated[str | None, "Help shown below the question."] = None
    kind: Annotated[Literal["yes_no", "choice", "integer"], "How it is answered."] = "yes_no"
    choices: Annotated[str | tuple[Choice, ...] | None, "The choices, or the name of a shared list."] = None
    least: Annotated[int | None, "Smallest whole number allowed."] = None
    most: Annotated[int | None, "Largest whole number allowed."] = None
    ask: Annotated[Condition | None, "Asked only when this holds; an answer is refused when it does not."] = None
    worst: Annotated[
        Value | None, "The most worrying answer: the first or the last of the list. Default: yes, or the last."
    ] = None
    in_person: Annotated[bool, "True when it has to be seen or measured, so a telephone leaves it open."] = False
    loinc: Annotated[str | None, "LOINC code of the item."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    up_to: Annotated[int, "How many items may be missing."]
    by: Annotated[Literal["mean"], "What stands in for them: the mean of the answered ones, not rounded."] = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number worked out of the answers. Exactly one of `sum` and `count`."""

    sum: Annotated[tuple[str, ...] | Mapping[str, Number] | None, "Items to add, or items with their weights."] = None
    count: Annotated[tuple[Condition, ...] | None, "How many of these conditions hold."] = None
    missing: Annotated[Fill | None, "For a sum: the published way to fill gaps. Without it, no score."] = None
    words: Annotated[str | None, "What the number is called in print."] = None
    loinc: Annotated[str | None, "LOINC code of the number."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    band: Annotated[str, "The band this rule gives."]
    when: Annotated[Condition | None, "Without it the rule takes whatever no earlier rule took."] = None
    uncertain: Annotated[str | None, "What is not published about this rule, and what was chosen instead."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    id: str
    words: Annotated[str, "How the result reads to a person. Never 'no risk'."]
    action: Annotated[str | None, "The published action."] = None
    respond_within: Annotated[timedelta | None, "The published time to respond: 0m is at once."] = None
    at_least: Annotated[Number | None, "Lowest score of this band."] = None
    at_most: Annotated[Number | None, "Highest score of this band."] = None
    loinc: Annotated[str | None, "LOINC answer code of this band."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    value: Annotated[Value, "What the flag says when this case holds."]
    when: Annotated[Condition | None, "Without it the case takes what is left."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something to show beside the band: exactly one of `when` (true, false or unknown), `cases` and `of_band`."""

    words: Annotated[str, "What it means."]
    when: Annotated[Condition | None, "True when this holds."] = None
    cases: Annotated[tuple[Case, ...] | None, "The first case that holds gives the value."] = None
    of_band: Annotated[Literal["respond_within_hours"] | None, "Hours of the band's published time."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    name: Annotated[str, "What the example shows."]
    answers: Annotated[Mapping[str, object], "Answers by item id."]
    gives: Annotated[Mapping[str, object], "What scoring must give; only the keys named here are compared."] = field(
        default_factory=dict
    )
    error: Annotated[str | None, "The item that scoring must name as impossible."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loinc:
    panel: str | None = None
    result: Annotated[str | None, "LOINC code of the band."] = None


YES_NO = (
    Choice(value="no", label="No", points=0, loinc="LA32-8"),
    Choice(value="yes", label="Yes", points=1, loinc="LA33-6"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A protocol file."""

    format: Annotated[Literal[1], "Version of this file format."]
    id: Annotated[str, "Stable name of the protocol."]
    version: Annotated[str, "Version of this file; a change to the rules is a new version, never an edit."]
    in_force: Annotated[date, "Date of this version. It is used once it is in the folder; of several the latest."]
    title: str
    use: Annotated[
        Literal["screen", "context", "scale", "safety"],
        "screen: decides urgency. context: beside it, never alone. scale: a level or code decided by a person. "
        "safety: for the people sent.",
    ]
    population: Annotated[str, "For whom it was made and tested."]
    given_by: Annotated[str | None, "Who asks, and what training that takes."] = None
    source: Source
    licence: Licence
    limits: Annotated[tuple[str, ...], "What it cannot do."] = ()
    uncertain: Annotated[tuple[str, ...], "What is not certain here; check it before relying on it."] = ()
    monotonic: Annotated[
        bool | str, "true: a worse answer never lowers the band. Otherwise a sentence that says why it can."
    ]
    intro: Annotated[str | None, "Said before the first question."] = None
    choices: Annotated[Mapping[str, tuple[Choice, ...]], "Shared lists of choices by name."] = field(
        default_factory=dict
    )
    items: tuple[Item, ...]
    measures: Annotated[Mapping[str, Measure], "Numbers worked out of the answers."] = field(default_factory=dict)
    score: Annotated[str | None, "The measure reported as the score, and the one the bands' limits speak of."] = None
    rules: Annotated[tuple[Rule, ...], "Tried from the top; the first that holds gives the band."] = ()
    bands: Annotated[tuple[Band, ...], "Least worrying first."]
    flags: Annotated[Mapping[str, Flag], "Shown beside the band, by name."] = field(default_factory=dict)
    loinc: Annotated[Loinc | None, "LOINC codes of the whole; left out where there is none."] = None
    examples: Annotated[tuple[Example, ...], "Worked examples; each runs as a test."]

    def choices_of(self, item: Item) -> tuple[Choice, ...]:
        """The item's choices in the order shown, shared lists looked up; none for a whole-number item."""
        if item.kind == "yes_no":
            return YES_NO
        if isinstance(item.choices, str):
            return self.choices.get(item.choices, ())
        return item.choices or ()

    def answers_of(self, item: Item) -> tuple[Value, ...]:
        """The item's real answers in the order shown: "do not know" and refusals are not among them."""
        if item.kind == "integer":
            return tuple(range(item.least or 0, (item.most or 0) + 1))
        return tuple(choice.value for choice in self.choices_of(item) if not choice.gap)

    def points_of(self, item: Item) -> dict[Value, float]:
        """What each real answer counts in a sum, where it counts."""
        if item.kind == "integer":
            return {value: value for value in self.answers_of(item) if isinstance(value, int)}
        worth = [(each.value, each.value if each.points is None else each.points) for each in self.choices_of(item)]
        real = self.answers_of(item)
        return {value: points for value, points in worth if value in real and isinstance(points, (int, float))}


@dataclass(frozen=True, eq=False)
class Protocol:
    """A definition with the hash of the text it was read from. Compared by identity, so that it can key a cache."""

    definition: Definition
    hash: str
    """SHA-256 of the file's bytes, in hex: what `sha256sum` prints."""
    path: str
    text: str = field(repr=False)
    """The file itself; who keeps it beside a stored assessment can score it again without this library."""

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def version(self) -> str:
        return self.definition.version

    @property
    def title(self) -> str:
        return self.definition.title

    @property
    def bands(self) -> tuple[Band, ...]:
        """Least worrying first."""
        return self.definition.bands

    def band(self, band_id: str) -> Band:
        """The band of this id. Raises KeyError: band ids come from scoring this very protocol."""
        return next(band for band in self.bands if band.id == band_id)

    def worse(self, one: str, other: str) -> str:
        """The more worrying of two band ids."""
        order = [band.id for band in self.bands]
        return max(one, other, key=order.index)
