"""Somebody who watches the opening to its end, does what the strip invites to, and writes down what there is to see."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from redis import RedisError
from sqlalchemy import Row, Table, select

from dispatch.clock import Clock, monotonic
from dispatch.demo.stage import SCENES
from dispatch.flow.service import Service
from dispatch.queue.client import connect
from dispatch.store import schema
from tests.demo.running import RunningDemo

#: On two busy cores everything takes longer; without anything else it takes about 50.
WITHIN = 180.0
#: Seconds between two looks; the shortest thing there is to see stays for two.
LOOK = 0.25

Rows = Sequence[Row[Any]]


@dataclass
class Watched:
    """`scenes`: (number, title, words) in the order they were shown. `news`: every line of the strip. `rang`, `off`:
    whose telephone rang, and was switched off, while which title was shown. `screens`: every text of each phone, and
    whether it was sent from there. `servers`: process ids of Redis, before and after. `health`: what the service said
    of itself in between."""

    scenes: list[tuple[int, str, str]] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    rang: set[tuple[str, str]] = field(default_factory=set)
    off: set[tuple[str, str]] = field(default_factory=set)
    screens: dict[str, dict[int, tuple[bool, str]]] = field(default_factory=dict)
    health: list[dict[str, Any]] = field(default_factory=list)
    servers: list[int] = field(default_factory=list)
    gone_from: datetime | None = None
    gone_until: datetime | None = None
    pressed: str = ""

    def titles(self, number: int) -> list[str]:
        """What the strip called the moments of this number; 0 is before and after the opening."""
        return list(dict.fromkeys(title for n, title, _ in self.scenes if n == number))

    def said(self, person: str) -> list[str]:
        """What `person` sent, in order."""
        return [words for mine, words in self.screens[person].values() if mine]

    def read(self, person: str) -> list[str]:
        """What `person` could read, in order."""
        return [words for mine, words in self.screens[person].values() if not mine]


class Watcher:
    def __init__(self, demo: RunningDemo, clock: Clock) -> None:
        self._demo = demo
        self._clock = clock
        self._url = demo.settings.queue_url
        self._held = ""
        self.seen = Watched()

    def to_the_end(self) -> Watched:
        pause, ends, number = threading.Event(), monotonic() + WITHIN, 0
        while True:
            asked_at, now = self._clock.now(), self._demo.now()
            self._write_down(now)
            scene = now["strip"]
            if number == SCENES and scene["number"] == 0:
                return self.seen
            if scene["number"] == 1:
                self._press_one(now)
            elif scene["number"] == 2 and number < 2:
                self._demo.post(f"/demo/phones/{self.seen.pressed}/let_go")
            elif scene["title"] == "Kill Redis" and self.seen.gone_from is None:
                self._kill_redis()
            elif scene["number"] == SCENES and len(self.seen.servers) == 1:
                self._watch_outage(now["outage"] > 0, asked_at)
            number = scene["number"]
            assert monotonic() < ends, (self.seen.scenes, self.seen.news, self._demo.log.read_text("utf-8")[-2000:])
            pause.wait(LOOK)

    def _write_down(self, now: dict[str, Any]) -> None:
        seen, scene = self.seen, now["strip"]
        shown = (scene["number"], scene["title"], scene["words"])
        if not seen.scenes or seen.scenes[-1] != shown:
            seen.scenes.append(shown)
        seen.news += [line for line in reversed(scene["last"]) if line not in seen.news]
        for phone in now["phones"]:
            if phone["call"]:
                seen.rang.add((phone["id"], scene["title"]))
            if phone["line"] == "off":
                seen.off.add((phone["id"], scene["title"]))
            screen = seen.screens.setdefault(phone["id"], {})
            screen.update({text["seq"]: (text["mine"], text["words"]) for text in phone["texts"]})

    def _press_one(self, now: dict[str, Any]) -> None:
        """On the phone that lights up, once the strip says that it waits for its visitor. It stays in the hand, as for
        whoever only tries a key."""
        if self.seen.pressed:
            return
        if not self._held:
            self._held = next((phone["id"] for phone in now["phones"] if phone["waits"]), "")
            if self._held:
                self._demo.post(f"/demo/phones/{self._held}/hold")
        elif "is in your hand and waits for you" in now["strip"]["do"]:
            self.seen.pressed = self._held
            self._demo.post(f"/demo/phones/{self._held}/key", words="1")

    def _kill_redis(self) -> None:
        self.seen.servers.append(self._redis() or 0)
        assert self._demo.post("/demo/redis").json()["outage"] > 0
        while self._redis() is not None:
            pass
        self.seen.gone_from = self._clock.now()

    def _watch_outage(self, gone: bool, at: datetime) -> None:
        if gone:
            self.seen.gone_until = at
            health = self._demo.visitor.get(f"{self._demo.address}/readyz", timeout=5)
            self.seen.health.append({"code": health.status_code, **health.json()})
        else:
            self.seen.servers.append(self._redis() or 0)

    def _redis(self) -> int | None:
        """The process id of the server, None while it does not answer."""
        with closing(connect(self._url)) as client:
            try:
                return int(client.info("server")["process_id"])
            except (RedisError, OSError):
                return None


@dataclass
class Played:
    """A demo whose opening is over. `cases` of the opening, in the order of its moments; of the last there may be
    several."""

    demo: RunningDemo
    svc: Service
    seen: Watched
    cases: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.cases = sorted(self.rows(schema.cases), key=lambda case: case.logged_at)

    def rows(self, table: Table, **where: object) -> Rows:
        with self.svc.record.read() as conn:
            return conn.execute(select(table).filter_by(**where)).all()

    def pages(self, case: Row[Any]) -> Rows:
        """In the order in which people were asked."""
        return sorted(self.rows(schema.pages, case_id=case.id), key=lambda page: (page.created_at, page.person))

    def asked(self, person: str, code: str) -> bool:
        return any(f"CRISIS PAGE {code} " in words for words in self.seen.read(person))
