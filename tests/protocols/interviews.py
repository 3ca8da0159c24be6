"""Whole interviews as the skip logic allows them: drawn by hypothesis, or every one of them."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from protocols.forms import asked
from protocols.loader import Library
from protocols.model import Item, Protocol

LIBRARY = Library.shipped()
PROTOCOLS = tuple(LIBRARY)

Answers = dict[str, object]


def real_answers(protocol: Protocol, item: Item) -> tuple[str | int, ...]:
    """The item's own answers, least worrying first; "do not know" and refusals are none."""
    values = protocol.definition.answers_of(item)
    return values[::-1] if item.worst is not None and item.worst == values[0] else values


def item_of(protocol: Protocol, item_id: str) -> Item:
    return next(item for item in protocol.definition.items if item.id == item_id)


@st.composite
def complete(draw: st.DrawFn, protocol: Protocol, start: Answers | None = None) -> Answers:
    """An interview in which every question asked has a real answer; `start` answers are kept where still asked."""
    answers: Answers = {}
    for item in protocol.definition.items:
        if item.id in asked(protocol, answers).now:
            kept = (start or {}).get(item.id)
            answers[item.id] = kept if kept is not None else draw(st.sampled_from(real_answers(protocol, item)))
    return answers


def completions(protocol: Protocol, answers: Answers) -> Iterator[Answers]:
    """Every way to answer what these answers leave open, keeping all that was answered."""

    def extend(place: int, so_far: Answers) -> Iterator[Answers]:
        items = protocol.definition.items
        if place == len(items):
            yield dict(so_far)
            return
        item = items[place]
        is_asked = item.id in asked(protocol, so_far).now
        given = answers.get(item.id)
        if not is_asked:
            # An answered follow-up rules out the readings under which it could not have been asked.
            if given is None:
                yield from extend(place + 1, so_far)
            return
        for value in [given] if given is not None else real_answers(protocol, item):
            yield from extend(place + 1, {**so_far, item.id: value})

    return extend(0, {})
