from __future__ import annotations

import re

import pytest
from redis import Redis

from dispatch.queue import timers, waiting
from dispatch.queue.scripts import LUA, Script

SCRIPTS = [value for module in (timers, waiting) for value in vars(module).values() if isinstance(value, Script)]


def test_every_script_has_a_wrapper_and_every_wrapper_a_script() -> None:
    assert sorted(script.name for script in SCRIPTS) == sorted(path.stem for path in LUA.glob("*.lua"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_header_says_what_the_wrapper_gives(script: Script) -> None:
    assert script.declared("KEYS") == list(script.keys)
    assert script.declared("ARGV") == [*script.args, *script.each]
    assert script.header[0].endswith(".")
    assert script.header[-1].startswith("Returns ")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_body_uses_what_the_header_says_and_no_other(script: Script) -> None:
    body = "\n".join(line for line in script.text.splitlines() if not line.startswith("--"))
    for table, names in (("KEYS", script.keys), ("ARGV", script.args)):
        used = {int(number) for number in re.findall(rf"{table}\[(\d+)\]", body)}
        assert used == set(range(1, len(names) + 1))
    assert bool(script.each) == ("#ARGV" in body)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_wrong_count_never_reaches_the_server(script: Script, redis: Redis) -> None:
    with pytest.raises(ValueError, match=script.name):
        script(redis, [*script.keys, "one more"], script.args)
    with pytest.raises(ValueError, match=script.name):
        script(redis, script.keys, script.args[:-1])
