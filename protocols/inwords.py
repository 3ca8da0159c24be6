"""A scoring rule as sentences, for print and for the pages of the documentation.

Ids, answers and comparisons stay as they are written in the file, in every language.
"""

from __future__ import annotations

from datetime import timedelta

from protocols.conditions import words as in_figures
from protocols.formwords import ENGLISH, FormWords
from protocols.known import shown
from protocols.model import Band, Measure, Protocol


def rule_rows(protocol: Protocol, words: FormWords = ENGLISH) -> tuple[tuple[str, str], ...]:
    """(band id, when it is given), in the order the rules are tried; score limits follow, most worrying first."""
    definition = protocol.definition
    rules = [
        (rule.band, in_figures(rule.when) if rule.when is not None else words.otherwise) for rule in definition.rules
    ]
    limits = [
        (band.id, _limits(definition.score or "", band, words))
        for band in definition.bands[::-1]
        if band.at_least is not None
    ]
    return (*rules, *limits)


def _limits(score: str, band: Band, words: FormWords) -> str:
    low, high = shown(band.at_least or 0), shown(band.at_most or 0)
    return f"{score} = {low}" if low == high else f"{score} {words.between.format(least=low, most=high)}"


def measure_words(name: str, measure: Measure, words: FormWords = ENGLISH) -> str:
    """How a number is worked out, in a sentence."""
    if measure.count is not None:
        return words.counts.format(name=name, items="; ".join(in_figures(each) for each in measure.count))
    if isinstance(measure.sum, dict):
        weighted = " + ".join(f"{shown(weight)} × {item}" for item, weight in measure.sum.items())
        text = words.weighted.format(name=name, items=weighted)
    else:
        text = words.sum_of.format(name=name, items=", ".join(measure.sum or ()))
    if measure.missing is None:
        return f"{text} {words.no_score}"
    return f"{text} {words.filled.format(number=measure.missing.up_to)}"


def within(time: timedelta | None, words: FormWords = ENGLISH) -> str:
    """A published time to respond in words; empty where none is published."""
    if time is None:
        return ""
    if not time:
        return words.at_once
    hours = time / timedelta(hours=1)
    if hours < 1:
        return words.minutes.format(number=shown(hours * 60))
    weeks, rest = divmod(hours, 168)
    if not rest and weeks > 1:
        return words.weeks.format(number=shown(weeks))
    return words.hours.format(number=shown(hours))
