"""A protocol as a form, from its file alone: plain data that a template renders and a few lines of script follow.

`Question.ask` is the skip logic as data (see `conditions.as_data`): the question is shown unless the condition is
false, where a comparison with an item that has no answer, or a refusal, is neither true nor false. `asked` gives the
same verdict on the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from protocols.conditions import as_data, leaves
from protocols.engine import accept
from protocols.formwords import FormWords, words_in
from protocols.known import HIDDEN, State
from protocols.model import Choice, Item, Protocol
from protocols.program import compiled
from protocols.translations import Translation


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `key` is the key that chooses it: y, n, or a digit."""

    value: str | int
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    kind: str
    """yes_no, choice or integer."""
    options: tuple[Option, ...]
    least: int | None
    most: int | None
    hint: str | None
    ask: Mapping[str, object] | None
    depends_on: tuple[str, ...]
    """Items of the skip logic: when one of these changes, look again."""
    in_person: bool


@dataclass(frozen=True, slots=True)
class Form:
    protocol: str
    version: str
    hash: str
    language: str
    title: str
    title_language: str
    """English where the translation has no official title."""
    intro: str | None
    notice: str | None
    wording: str
    """published, paraphrase, codes_only or own: a paraphrase must not be presented as the instrument's words."""
    questions: tuple[Question, ...]
    gaps: tuple[Option, ...]
    """Offered with every question, one key away."""
    words: FormWords
    """What the form says of its own; their language is `words.language`, which may not be the form's."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the skip logic stands."""

    now: tuple[str, ...]
    """Asked."""
    maybe: tuple[str, ...]
    """Depends on an answer that is missing, refused or unable: shown, and may be answered."""
    forbidden: tuple[str, ...]
    """Not asked after what was said; an answer would be refused."""


def gaps_in(words: FormWords) -> tuple[Option, ...]:
    """The two ways of not answering that are offered with every question."""
    return Option("refused", words.refused, "r"), Option("unable", words.unable, "u")


def form(protocol: Protocol, translation: Translation | None = None) -> Form:
    """The form of a protocol, questions in the published order, in its own words or a translation's."""
    definition = protocol.definition
    language = "en" if translation is None else translation.language
    title = None if translation is None else translation.title
    words = words_in(language)
    return Form(
        protocol=protocol.id,
        version=protocol.version,
        hash=protocol.hash,
        language=language,
        title=title or protocol.title,
        title_language=language if title else "en",
        intro=definition.intro if translation is None else translation.intro,
        notice=definition.licence.notice,
        wording=definition.licence.wording,
        questions=tuple(_question(protocol, item, translation, words) for item in definition.items),
        gaps=gaps_in(words),
        words=words,
    )


def asked(protocol: Protocol, answers: Mapping[str, object]) -> Asked:
    """Which questions are asked, open or forbidden after these answers.

    An answer that has become forbidden is passed over, as happens when somebody goes back and changes an earlier one;
    scoring refuses it. Raises InvalidAnswer for a value an item does not take.
    """
    state: State = {}
    now: list[str] = []
    maybe: list[str] = []
    forbidden: list[str] = []
    for item in compiled(protocol).items:
        truth = item.ask(state) if item.ask is not None else True
        given = answers.get(item.id)
        state[item.id] = HIDDEN if truth is False else None if given is None else accept(item, given)
        (forbidden if truth is False else now if truth else maybe).append(item.id)
    return Asked(tuple(now), tuple(maybe), tuple(forbidden))


def _question(protocol: Protocol, item: Item, translation: Translation | None, words: FormWords) -> Question:
    return Question(
        id=item.id,
        text=item.text if translation is None else translation.items[item.id],
        kind=item.kind,
        options=_options(item, protocol.definition.choices_of(item), translation, words),
        least=item.least,
        most=item.most,
        # Hints are not part of the official wording, so a translation has none.
        hint=item.hint if translation is None else None,
        ask=as_data(item.ask) if item.ask is not None else None,
        depends_on=tuple(dict.fromkeys(leaf.name for leaf in leaves(item.ask))) if item.ask is not None else (),
        in_person=item.in_person,
    )


def _options(
    item: Item, choices: tuple[Choice, ...], translation: Translation | None, words: FormWords
) -> tuple[Option, ...]:
    if item.kind == "yes_no":
        return (Option("yes", words.yes, "y"), Option("no", words.no, "n"))
    own = [str(choice.value) for choice in choices]
    # The value's own digit where every value is one, so that "2" on the keyboard is never the answer 1.
    if all(len(value) == 1 and value.isdigit() for value in own):
        keys = own
    else:
        keys = [str(place) for place in range(1, len(own) + 1)]
    labels = [None if translation is None else translation.label(item, choice.value) for choice in choices]
    return tuple(
        Option(choice.value, label or choice.label, key)
        for choice, label, key in zip(choices, labels, keys, strict=True)
    )
