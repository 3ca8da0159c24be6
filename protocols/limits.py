"""The score limits of the bands: together they cover every score there can be, once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from protocols.model import Definition, Measure
from protocols.yamltree import Fault


def limit_faults(d: Definition) -> Iterator[Fault]:
    """Overlaps, gaps, and scores beyond the first or last limit."""
    limited = [(band, place) for place, band in enumerate(d.bands) if band.at_least is not None]
    for band, place in limited:
        if band.at_most is None or (band.at_least or 0) > band.at_most:
            yield ("bands", place), f"band `{band.id}` has no upper limit above its lower one", "write at_most"
            return
    limited.sort(key=lambda each: each[0].at_least or 0)
    for (lower, _), (upper, place) in pairwise(limited):
        step = (upper.at_least or 0) - (lower.at_most or 0)
        if step <= 0:
            instead = f"start `{upper.id}` above {lower.at_most}"
            yield ("bands", place), f"`{lower.id}` and `{upper.id}` overlap", instead
        elif step > 1:
            instead = f"start `{upper.id}` at {(lower.at_most or 0) + 1}"
            yield ("bands", place), f"between `{lower.id}` and `{upper.id}` there is a gap", instead
    measure = d.measures.get(d.score or "")
    if limited and measure is not None:
        low, high = reach(d, measure)
        if (limited[0][0].at_least or 0) > low:
            yield ("bands", limited[0][1]), f"a score of {low:g} has no band", f"start at {low:g}"
        if (limited[-1][0].at_most or 0) < high:
            yield ("bands", limited[-1][1]), f"a score of {high:g} has no band", f"end at {high:g}"


def reach(d: Definition, measure: Measure) -> tuple[float, float]:
    """Lowest and highest value a measure can take."""
    if measure.count is not None:
        return 0, len(measure.count)
    low = high = 0.0
    items = {item.id: item for item in d.items}
    weights = measure.sum if isinstance(measure.sum, dict) else dict.fromkeys(measure.sum or (), 1)
    for name, weight in weights.items():
        points = [worth * weight for worth in d.points_of(items[name]).values()] if name in items else []
        if name in items and items[name].ask is not None:
            points.append(0)
        low += min(points, default=0)
        high += max(points, default=0)
    return low, high
