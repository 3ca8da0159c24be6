"""Every worked example of every shipped file, as written there."""

from __future__ import annotations

import pytest

from protocols.engine import score
from protocols.errors import InvalidAnswer
from protocols.loader import Library
from protocols.model import Example, Protocol

LIBRARY = Library.shipped()
EXAMPLES = [
    pytest.param(protocol, example, id=f"{protocol.id}: {example.name}")
    for protocol in LIBRARY
    for example in protocol.definition.examples
]


@pytest.mark.parametrize(("protocol", "example"), EXAMPLES)
def test_it_gives_what_the_file_says(protocol: Protocol, example: Example) -> None:
    if example.error is not None:
        with pytest.raises(InvalidAnswer) as refused:
            score(protocol, example.answers)
        assert refused.value.item == example.error
        return
    got = score(protocol, example.answers).as_json()
    assert {key: got[key] for key in example.gives} == dict(example.gives)


@pytest.mark.parametrize("protocol", tuple(LIBRARY), ids=lambda protocol: protocol.id)
def test_every_band_has_an_example(protocol: Protocol) -> None:
    shown = {score(protocol, each.answers).band for each in protocol.definition.examples if each.error is None}
    assert {band.id for band in protocol.bands} <= shown
