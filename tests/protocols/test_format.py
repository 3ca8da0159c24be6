"""What the format can say, shown on made-up files: instruments that need permission are expressed the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.check import check
from protocols.engine import score
from protocols.errors import InvalidAnswer
from protocols.loader import read
from protocols.model import Example, Protocol

FOLDER = Path(__file__).parent / "madeup"


def protocol_of(name: str) -> Protocol:
    protocol, found = read(FOLDER / f"{name}.yaml")
    assert protocol is not None, [str(each) for each in found]
    return protocol


KINDS = ["weighted", "triggers", "age-dependent", "sex-dependent", "decision-table", "code-look-up"]
EXAMPLES = [
    pytest.param(protocol, example, id=f"{name}: {example.name}")
    for name in KINDS
    for protocol in [protocol_of(name)]
    for example in protocol.definition.examples
]


def test_every_made_up_file_is_used() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(KINDS)


def test_the_made_up_files_have_nothing_to_mend() -> None:
    assert [str(each) for each in check([FOLDER])] == []


@pytest.mark.parametrize(("protocol", "example"), EXAMPLES)
def test_it_can_be_said(protocol: Protocol, example: Example) -> None:
    if example.error is not None:
        with pytest.raises(InvalidAnswer, match=f"^{example.error}: "):
            score(protocol, example.answers)
        return
    got = score(protocol, example.answers).as_json()
    assert {key: got[key] for key in example.gives} == dict(example.gives)


def test_one_instrument_need_not_be_monotonic_and_then_every_completion_is_tried() -> None:
    table = protocol_of("decision-table")
    assert isinstance(table.definition.monotonic, str)
    result = score(table, {"light": "high"})
    assert (result.band, result.floor, result.ceiling) == (None, "good", "danger")
