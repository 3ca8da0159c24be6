"""Which band a state has by the published rule, and the facts that made it so.

Rules are tried from the top; one that cannot be known yet is passed over, because an instrument lists its most
worrying rule first and what was answered already counts. A rule without a condition takes the rest only when every
rule above it is known not to hold. Then come the bands' score limits.
"""

from __future__ import annotations

from math import inf

from protocols.known import State, shown
from protocols.program import Program


def place(program: Program, state: State) -> tuple[int | None, tuple[str, ...]]:
    """(place of the band, its reasons), or (None, ()) when the rule gives no band on what is known."""
    open_rule = False
    for index, (band, rule) in enumerate(program.rules):
        if rule is None:
            if not open_rule:
                return band, _why_not(program, state, index)
            continue
        truth = rule.test(state)
        if truth:
            return band, rule.why(state, True)
        open_rule = open_rule or truth is None
    if program.score is None or not program.ranges:
        return None, ()
    least, most = state[program.score]
    low, high = _range_of(program, least), _range_of(program, most)
    if low is None or low != high:
        return None, ()
    at_least, at_most, band = program.ranges[low]
    limits = f"{shown(at_least)} to {shown(at_most)}" if at_most < inf else f"{shown(at_least)} or more"
    value = f"{shown(least)}" if least == most else f"{shown(least)} to {shown(most)}"
    return band, (f"{program.score} = {value} ({limits})",)


def _why_not(program: Program, state: State, index: int) -> tuple[str, ...]:
    facts = (rule.why(state, False) for _, rule in program.rules[:index] if rule is not None)
    return tuple(dict.fromkeys(fact for each in facts for fact in each))


def _range_of(program: Program, value: float) -> int | None:
    # By the lower limit alone: a mean that fills a gap may fall between 9 and 10, and that is still below 10.
    for index, (at_least, _, _) in enumerate(program.ranges):
        if value >= at_least:
            return index
    return None
