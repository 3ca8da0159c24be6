"""A scoring rule as sentences, for print and for the pages of the documentation."""

from __future__ import annotations

from datetime import timedelta

from protocols.conditions import words
from protocols.known import shown
from protocols.model import Band, Measure, Protocol

CAUTION = (
    "Instruments like this sort who needs attention first. They do not predict suicide or violence, and nobody should "
    "be refused care because of a result. VA/DoD (2019) found insufficient evidence for or against any particular way "
    "of sorting people by suicide risk. Judgement may always raise a result; only a second person may lower one."
)


def rule_rows(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """(band id, when it is given), in the order the rules are tried; score limits follow, most worrying first."""
    definition = protocol.definition
    rules = [
        (rule.band, words(rule.when) if rule.when is not None else "no rule above holds") for rule in definition.rules
    ]
    limits = [
        (band.id, _limits(definition.score or "", band)) for band in definition.bands[::-1] if band.at_least is not None
    ]
    return (*rules, *limits)


def _limits(score: str, band: Band) -> str:
    low, high = shown(band.at_least or 0), shown(band.at_most or 0)
    return f"{score} = {low}" if low == high else f"{score} {low} to {high}"


def measure_words(name: str, measure: Measure) -> str:
    """How a number is worked out, in a sentence."""
    if measure.count is not None:
        return f"`{name}` counts how many of these hold: " + "; ".join(words(each) for each in measure.count) + "."
    if isinstance(measure.sum, dict):
        text = f"`{name}` is " + " + ".join(f"{shown(weight)} × {item}" for item, weight in measure.sum.items()) + "."
    else:
        text = f"`{name}` is the sum of " + ", ".join(measure.sum or ()) + "."
    if measure.missing is None:
        return text + " With an item missing there is no score."
    return text + f" Up to {measure.missing.up_to} missing items are filled with the mean of the others."


def within(time: timedelta | None) -> str:
    """A published time to respond in words; empty where none is published."""
    if time is None:
        return ""
    if not time:
        return "at once"
    hours = time / timedelta(hours=1)
    if hours < 1:
        return f"{shown(hours * 60)} minutes"
    weeks, rest = divmod(hours, 168)
    return f"{shown(weeks)} weeks" if not rest and weeks > 1 else f"{shown(hours)} hours"
