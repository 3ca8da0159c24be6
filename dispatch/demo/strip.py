"""What is happening, in plain words: one thing at a time for the opening, the last few for the rest."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from dispatch.clock import monotonic

_LAST = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """`do`: what a visitor can do now, or why to watch. Scene 0 is no scene of the opening."""

    title: str
    words: str
    do: str = ""
    number: int = 0
    of: int = 0
    ends: float | None = None


class Strip:
    def __init__(self) -> None:
        self._scene = Scene("Starting", "The service is starting.")
        self._last: deque[str] = deque(maxlen=_LAST)
        self._lock = threading.Lock()

    @property
    def scene(self) -> Scene:
        with self._lock:
            return self._scene

    def show(self, scene: Scene) -> None:
        with self._lock:
            self._scene = scene

    def tell(self, words: str) -> None:
        with self._lock:
            self._last.append(words)

    def shown(self) -> dict[str, Any]:
        with self._lock:
            scene, last = self._scene, list(self._last)
        left = None if scene.ends is None else max(0, round(scene.ends - monotonic()))
        return {
            "title": scene.title,
            "words": scene.words,
            "do": scene.do,
            "number": scene.number,
            "of": scene.of,
            "left": left,
            "last": last[::-1],
        }
