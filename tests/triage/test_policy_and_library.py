"""The shipped policy against the shipped protocols: neither may speak of what the other does not know."""

from __future__ import annotations

from importlib import resources

from dispatch.policyfile import default, parse
from protocols.loader import Library

LIBRARY = Library.shipped()
BANDS = {protocol.id: tuple(band.id for band in protocol.bands) for protocol in LIBRARY}


def test_the_default_policy_names_only_protocols_and_bands_that_exist() -> None:
    text = resources.files("dispatch").joinpath("policies", "default.yaml").read_text("utf-8")
    assert parse(text, "default.yaml", None, BANDS) == default()


def test_every_shipped_protocol_has_an_urgency_or_is_context() -> None:
    assert set(BANDS) == default().urgency.keys() | default().context


def test_flags_that_raise_exist() -> None:
    for protocol, flags in default().raise_by.items():
        assert flags.keys() <= LIBRARY.get(protocol).definition.flags.keys()


def test_a_worse_band_is_never_less_urgent() -> None:
    for protocol, table in default().urgency.items():
        ranks = [table[band].rank for band in BANDS[protocol]]
        assert ranks == sorted(ranks, reverse=True), protocol
