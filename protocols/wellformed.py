"""What must hold inside a file before it may score anybody: every name it uses exists, every band can be told apart.

Cheap enough to run at every load. What takes trying out (unreachable rules, examples, monotony) is `check.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from protocols.conditions import WORDS, Condition, Is, Value, leaves
from protocols.known import REFUSALS
from protocols.limits import limit_faults
from protocols.model import Definition, Item
from protocols.readings import LIMIT
from protocols.yamltree import Fault, Finding, Keyed, Listed, Node

_ID = re.compile(r"^[a-z0-9][a-z0-9_\-]*$")
_SPAN = 1000
RESULT_KEYS = ("band", "score", "floor", "ceiling", "incomplete", "because", "missing", "flags")


def faults_in(definition: Definition, root: Node, file: str) -> list[Finding]:
    """Every fault of a definition that bound; `root` gives the lines."""
    checks = (_names, _items, _measures, _rules, _bands, _flags, _search, _examples)
    return [
        Finding(file, line_at(root, path), problem, instead)
        for check in checks
        for path, problem, instead in check(definition)
    ]


def line_at(root: Node, path: tuple[str | int, ...]) -> int:
    """The line of the deepest part of the path that is written in the file."""
    node, line = root, root.line
    for step in path:
        found: Node | None = None
        if isinstance(node, Keyed):
            for key, value in node.pairs:
                if key.text == step:
                    found, line = value, key.line
        elif isinstance(node, Listed) and isinstance(step, int) and step < len(node.items):
            found = node.items[step]
            line = found.line
        if found is None:
            return line
        node = found
    return line


def _twice(ids: list[str]) -> set[str]:
    return {each for each in ids if ids.count(each) > 1}


def _names(d: Definition) -> Iterator[Fault]:
    if not _ID.match(d.id):
        yield ("id",), f"`{d.id}` cannot be an id", "use small letters, digits and hyphens"
    items = [item.id for item in d.items]
    for place, name in enumerate(items):
        if not _ID.match(name) or name in WORDS:
            yield ("items", place, "id"), f"`{name}` cannot be an item's id", "use small letters, digits and _"
        if name in _twice(items):
            yield ("items", place, "id"), f"item `{name}` is defined twice", "give one of them another id"
    for name in d.measures:
        if name in items or name in WORDS or not _ID.match(name):
            yield ("measures", name), f"`{name}` cannot name a measure", "use a name no item has"


def _answers(d: Definition, item: Item) -> tuple[Value, ...]:
    """Everything the item's own list allows, "do not know" included."""
    return d.answers_of(item) if item.kind == "integer" else tuple(choice.value for choice in d.choices_of(item))


def _items(d: Definition) -> Iterator[Fault]:
    for place, item in enumerate(d.items):
        here: tuple[str | int, ...] = ("items", place)
        if (item.kind == "choice") != (item.choices is not None):
            yield here, f"`{item.id}` is of kind {item.kind}", "give choices to a choice item, and to no other"
            continue
        if isinstance(item.choices, str) and item.choices not in d.choices:
            yield (*here, "choices"), f"there is no list of choices `{item.choices}`", "define it under choices:"
            continue
        if (item.kind == "integer") != (item.least is not None and item.most is not None):
            yield here, f"`{item.id}` is of kind {item.kind}", "give least and most to an integer item, and to no other"
            continue
        if item.kind == "integer" and not 0 <= (item.most or 0) - (item.least or 0) <= _SPAN:
            yield (*here, "most"), f"`{item.id}` spans too much", f"keep most - least between 0 and {_SPAN}"
        values, real = _answers(d, item), d.answers_of(item)
        for value in {value for value in values if values.count(value) > 1 or value in REFUSALS}:
            yield (*here, "choices"), f"the answer `{value}` is taken", "give every choice its own value"
        if len(real) < 2:
            yield (*here, "choices"), f"`{item.id}` has fewer than two real answers", "give it at least two"
        elif item.worst is not None and item.worst not in (real[0], real[-1]):
            yield (
                (*here, "worst"),
                f"the worst answer `{item.worst}` stands inside the list",
                "order the choices by worry",
            )
        if item.ask is not None:
            earlier = d.items[:place]
            yield from _condition(d, item.ask, (*here, "ask"), earlier, measures=False)


def _condition(
    d: Definition, condition: Condition, here: tuple[str | int, ...], items: tuple[Item, ...], measures: bool = True
) -> Iterator[Fault]:
    by_id = {item.id: item for item in items}
    for leaf in leaves(condition):
        item = by_id.get(leaf.name)
        if item is None:
            is_number = measures and leaf.name in d.measures
            if not is_number:
                known = ", ".join([*by_id, *(d.measures if measures else ())]) or "none before this one"
                yield here, f"unknown item `{leaf.name}` in line {leaf.line}", f"the names here are {known}"
            elif isinstance(leaf, Is):
                yield here, f"`{leaf.name}` is a number (line {leaf.line})", f"write {leaf.name}: {{at_least: …}}"
            continue
        allowed = (*_answers(d, item), *REFUSALS)
        if isinstance(leaf, Is):
            for value in leaf.values:
                if value not in allowed or (
                    isinstance(value, int) != any(v == value and isinstance(v, int) for v in allowed)
                ):
                    yield (
                        here,
                        f"`{leaf.name}` never answers `{value}` (line {leaf.line})",
                        f"it answers {_short(allowed)}",
                    )
        elif not any(isinstance(value, int) for value in allowed):
            yield here, f"`{leaf.name}` has no whole-number answers (line {leaf.line})", "compare it with its answers"


def _short(values: tuple[Value, ...]) -> str:
    shown = [str(value) for value in values]
    return ", ".join(shown if len(shown) <= 14 else [*shown[:4], "…", *shown[-4:]])


def _measures(d: Definition) -> Iterator[Fault]:
    items = {item.id: item for item in d.items}
    for name, measure in d.measures.items():
        here = ("measures", name)
        if (measure.sum is None) == (measure.count is None):
            yield here, f"`{name}` needs one of sum and count", "give exactly one"
        if measure.missing is not None and measure.sum is None:
            yield here, "only a sum can be filled", "take missing out"
        for item in measure.sum or ():
            if item not in items:
                yield here, f"unknown item `{item}` in the sum", "the items are " + ", ".join(items)
            elif len(d.points_of(items[item])) < len(d.answers_of(items[item])):
                yield here, f"`{item}` has answers without points", "give every real choice points"
        for condition in measure.count or ():
            yield from _condition(d, condition, here, d.items, measures=False)
    if d.score is not None and d.score not in d.measures:
        yield ("score",), f"there is no measure `{d.score}`", "name one of the measures"


def _rules(d: Definition) -> Iterator[Fault]:
    bands = [band.id for band in d.bands]
    for place, rule in enumerate(d.rules):
        here = ("rules", place)
        if rule.band not in bands:
            yield (*here, "band"), f"there is no band `{rule.band}`", "the bands are " + ", ".join(bands)
        if rule.when is not None:
            yield from _condition(d, rule.when, (*here, "when"), d.items)
        elif place < len(d.rules) - 1:
            yield here, "no rule below this one can ever hold", "put the rule without `when` last"


def _bands(d: Definition) -> Iterator[Fault]:
    ids = [band.id for band in d.bands]
    if not d.rules and all(band.at_least is None for band in d.bands):
        yield ("bands",), "nothing leads to a band", "write rules, or give the bands at_least and at_most"
    for place, band in enumerate(d.bands):
        here = ("bands", place)
        if band.id in _twice(ids):
            yield here, f"band `{band.id}` is defined twice", "give one of them another id"
        if "no risk" in band.words.lower():
            yield (*here, "words"), "no result can say 'no risk'", "say what was reported, or not reported"
        if band.at_least is not None and d.score is None:
            yield (*here, "at_least"), "the limits speak of no number", "name a measure under score:"
    yield from limit_faults(d)


def _flags(d: Definition) -> Iterator[Fault]:
    for name, flag in d.flags.items():
        here = ("flags", name)
        if sum(part is not None for part in (flag.when, flag.cases, flag.of_band)) != 1:
            yield here, f"flag `{name}` needs one of when, cases and of_band", "give exactly one"
        conditions = [flag.when, *(case.when for case in flag.cases or ())]
        for condition in conditions:
            if condition is not None:
                yield from _condition(d, condition, here, d.items)


def _search(d: Definition) -> Iterator[Fault]:
    if d.monotonic is False:
        yield ("monotonic",), "`false` explains nothing", "write a sentence: why a worse answer can lower the band"
    if d.monotonic is True:
        return
    size = prod(len(d.answers_of(item)) + 1 for item in d.items)
    if size > LIMIT:
        problem = f"{size} ways to fill the gaps are too many to try for an instrument that is not monotonic"
        yield ("monotonic",), problem, f"keep it to {LIMIT}, or order every item's answers by worry and declare true"


def _examples(d: Definition) -> Iterator[Fault]:
    if not d.examples:
        yield ("examples",), "there is no worked example", "add at least one"
    for place, example in enumerate(d.examples):
        here = ("examples", place)
        for key in example.gives:
            if key not in RESULT_KEYS:
                yield (*here, "gives", key), f"a result has no `{key}`", "use " + ", ".join(RESULT_KEYS)
        if bool(example.gives) == (example.error is not None):
            yield here, f"example `{example.name}` must say what it gives, or name the impossible item", "write gives:"
