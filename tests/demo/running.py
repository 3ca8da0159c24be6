"""A demo that really runs, as `dispatch demo` starts it, in a folder and on ports of its own."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from dispatch.clock import SystemClock
from dispatch.demo import command
from dispatch.demo.command import Options
from dispatch.settings import PREFIX, Settings, load
from tests.support.waiting import wait_until

START_WITHIN = 60.0


class RunningDemo:
    """`clock`: how fast the service's clock runs, and with it everybody who lives by it."""

    def __init__(self, clock: float = 1.0, **options: Any) -> None:
        # A socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="demo-", dir="/tmp"))
        self.port = command.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._line, self._environment = command.prepare(
            Options(data_dir=self.folder / "d", port=self.port, workers=1, **options)
        )
        if clock != 1.0:
            now = SystemClock().now().isoformat()
            self._environment[f"{PREFIX}CLOCK"] = f"{now}|{now}|{clock}"
        self.visitor = requests.Session()
        # The token of the page, and whose it is: a visitor does not load the page anew before each key.
        self._csrf: tuple[dict[str, str], str] = ({}, "")
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._line, env=self._environment, cwd=self.folder / "d", stdout=subprocess.DEVNULL, stderr=log
            )
        try:
            wait_until(self._ready, START_WITHIN, f"the demo to start; see {self.log}")
        except BaseException:
            self._stop()
            raise
        return self

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text("utf-8")
        try:
            return self.visitor.get(self.address, timeout=20).ok and self.visitor.get(f"{self.address}/demo/now").ok
        except requests.RequestException:
            return False

    @property
    def settings(self) -> Settings:
        """What its processes run with: to look at record and queue beside them."""
        given = {name: value for name, value in self._environment.items() if name.startswith(PREFIX)}
        return load(None, **{name.removeprefix(PREFIX).lower(): value for name, value in given.items()})

    def now(self) -> dict[str, Any]:
        found: dict[str, Any] = self.visitor.get(f"{self.address}/demo/now", timeout=20).json()
        return found

    def texts(self) -> dict[str, list[str]]:
        """Everything on each phone's screen, by person."""
        return {phone["id"]: [text["words"] for text in phone["texts"]] for phone in self.now()["phones"]}

    def post(self, path: str, **body: str) -> requests.Response:
        """What the page's script sends: with the token of the page."""
        if self._csrf[0] != self.visitor.cookies.get_dict():
            page = self.visitor.get(self.address, timeout=20).text
            found = re.search(r'data-csrf="([^"]+)"', page)
            assert found is not None
            self._csrf = (self.visitor.cookies.get_dict(), found[1])
        headers = {"X-CSRF-Token": self._csrf[1], "Sec-Fetch-Site": "same-origin"}
        return self.visitor.post(self.address + path, json=body, headers=headers, allow_redirects=False, timeout=20)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self) -> None:
        assert self._process is not None
        self.visitor.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
