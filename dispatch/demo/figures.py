"""The figures that arrivals and work are drawn from: figures.yaml, read once and checked."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from dispatch.errors import Fault, InvalidFile


@dataclass(frozen=True, slots=True)
class Spread:
    """A span that is never negative, with a long tail: log-normal around `mean`, in the figure's own unit."""

    mean: float
    spread: float

    def draw(self, drawn: random.Random) -> float:
        return drawn.lognormvariate(math.log(self.mean) - self.spread**2 / 2, self.spread)


@dataclass(frozen=True, slots=True)
class Surge:
    every_hours: float
    minutes: float
    factor: float


Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one service. `origins`: name -> where it comes from, for whoever wants to see."""

    per_hour: float
    hour_of_day: tuple[float, ...]
    day_of_week: tuple[float, ...]
    surge: Surge
    kinds: Shares
    reached: float
    travel_minutes: Spread
    on_scene_minutes: Spread
    telephone_minutes: Spread
    end_points: Shares
    answers: Shares
    answer_seconds: Spread
    origins: Mapping[str, str]


def pick(shares: Shares, drawn: random.Random) -> str:
    """One of the names, as often as its share says."""
    return drawn.choices(list(shares), list(shares.values()))[0]


@cache
def shipped() -> Figures:
    text = resources.files("dispatch.demo").joinpath("figures.yaml").read_text("utf-8")
    return read(text, "figures.yaml")


def read(text: str, name: str) -> Figures:
    """Raises InvalidFile for a figure that does not say where it comes from: an unsourced number looks like a fact."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    faults = [
        Fault(f"{name}: {key}", "needs a value, and one of source and assumption")
        for key, figure in found.items()
        if "value" not in figure or len(figure.keys() & {"source", "assumption"}) != 1
    ]
    if faults:
        raise InvalidFile("; ".join(f"{fault.field} {fault.problem}" for fault in faults), faults)
    value = {key: figure["value"] for key, figure in found.items()}
    return Figures(
        per_hour=value["per_hour"],
        hour_of_day=tuple(value["hour_of_day"]),
        day_of_week=tuple(value["day_of_week"]),
        surge=Surge(**value["surge"]),
        kinds=value["kinds"],
        reached=value["reached"],
        travel_minutes=Spread(**value["travel_minutes"]),
        on_scene_minutes=Spread(**value["on_scene_minutes"]),
        telephone_minutes=Spread(**value["telephone_minutes"]),
        end_points=value["end_points"],
        answers=value["answers"],
        answer_seconds=Spread(**value["answer_seconds"]),
        origins={key: figure.get("source") or f"assumption: {figure['assumption']}" for key, figure in found.items()},
    )
