from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

from dispatch.channels import twiml


def parsed(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - written a line earlier by the code under test


def test_asking_for_a_key() -> None:
    document = parsed(
        twiml.ask_for_key(
            "Press 1 & wait <now>.", "https://x.org/k?a=1&b=2", wait=timedelta(seconds=8), otherwise="Bye."
        )
    )
    gather = document[0]
    assert gather.tag == "Gather"
    assert gather.get("action") == "https://x.org/k?a=1&b=2"
    assert (gather.get("numDigits"), gather.get("timeout"), gather.get("input")) == ("1", "8", "dtmf")
    assert [say.text for say in document.iter("Say")] == ["Press 1 & wait <now>.", "Bye."]


def test_saying_and_hanging_up() -> None:
    assert [verb.tag for verb in parsed(twiml.say("Goodbye."))] == ["Say", "Hangup"]


def test_a_bridge_shows_neither_number() -> None:
    document = twiml.connect(
        "Connecting.", "+12025550143", caller_id="+12025550100", ring=timedelta(seconds=30), action="https://x.org/d"
    )
    dial = parsed(document)[1]
    assert dial.get("callerId") == "+12025550100"
    assert dial.findtext("Number") == "+12025550143"
