from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from dispatch.queue import keys

PACKAGE = Path(keys.__file__).parent


@pytest.mark.parametrize("key", keys.ALL, ids=lambda key: key.pattern)
def test_every_key_has_an_owner_that_exists_and_one_rule_for_its_end(key: keys.Key) -> None:
    assert key.owner == "rq" or (PACKAGE / key.owner).is_file()
    assert (key.expires is None) != (key.ends is None), "either it expires, or something takes it away"
    assert key.holds


@pytest.mark.parametrize("key", keys.OURS, ids=lambda key: key.pattern)
def test_the_owner_of_a_key_names_it(key: keys.Key) -> None:
    constant = next(name for name, value in vars(keys).items() if value is key)
    assert constant in (PACKAGE / key.owner).read_text(encoding="utf-8")


def test_no_key_is_spelled_anywhere_else() -> None:
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.lua"), *(PACKAGE.parents[1] / "workers").rglob("*.py")]
    assert len(sources) > 10
    spelled = [path.name for path in sources if re.search(r"[\"'](dispatch|rq):", path.read_text(encoding="utf-8"))]
    assert spelled == ["keys.py"]


def test_no_two_of_our_keys_can_be_the_same() -> None:
    stored = [key for key in keys.OURS if key.kind is not keys.Kind.CHANNEL]
    for one, other in combinations(stored, 2):
        assert not one.matches(other.pattern.replace("{team}", "north"))
        assert not other.matches(one.pattern.replace("{team}", "north"))


def test_a_team_key_needs_its_team() -> None:
    assert keys.WAITING.of("north") == "dispatch:waiting:north"
    with pytest.raises(ValueError, match="team"):
        _ = keys.WAITING.name


def test_a_forgotten_key_has_no_rule() -> None:
    assert keys.rule_for("dispatch:something") is None
    assert keys.rule_for("dispatch:timers:leases") is keys.LEASES
