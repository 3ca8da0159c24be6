"""Lua scripts: one file each in lua/, beside the wrapper that calls it.

Scripts are sent whole: they are under a kilobyte, and a script cache that is empty after a restart is one more way
for the first call to fail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from redis import Redis

LUA = Path(__file__).with_name("lua")


class Script:
    """A script and what it takes. `each` names the arguments that repeat after the fixed ones."""

    def __init__(self, name: str, *, keys: Sequence[str], args: Sequence[str] = (), each: Sequence[str] = ()) -> None:
        self.name = name
        self.keys = tuple(keys)
        self.args = tuple(args)
        self.each = tuple(each)

    @cached_property
    def text(self) -> str:
        return (LUA / f"{self.name}.lua").read_text(encoding="utf-8")

    @property
    def header(self) -> list[str]:
        """The comment lines that open the file."""
        lines = []
        for line in self.text.splitlines():
            if not line.startswith("--"):
                break
            lines.append(line.removeprefix("--").strip())
        return lines

    def declared(self, table: str) -> list[str]:
        """The names the header gives to `table` (KEYS or ARGV), in order."""
        return [found[1] for line in self.header if (found := re.match(rf"{table}\[[\d.+]+\] ([\w ]+?)(:|$)", line))]

    def __call__(self, redis: Redis, keys: Sequence[str], args: Sequence[str | int] = ()) -> Any:
        """Run on a client, or put on a pipeline. Raises ValueError when the counts are not those of the script."""
        spare = len(args) - len(self.args)
        if len(keys) != len(self.keys) or spare < 0 or (spare % len(self.each) if self.each else spare):
            raise ValueError(f"{self.name} takes {self.keys} and {self.args} + n x {self.each}")
        return redis.eval(self.text, len(keys), *keys, *args)
