"""What a call does, in TwiML: say, ask for a key, connect, hang up.

Built by an XML library and never by pasting text together: a spoken line must not be able to become an instruction.

Source: Twilio, TwiML for Programmable Voice, https://www.twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

VOICE = "Polly.Joanna"
LANGUAGE = "en-US"


def ask_for_key(words: str, action: str, *, wait: timedelta, otherwise: str) -> str:
    """Say `words`, wait for one key and send it to `action`; without a key, say `otherwise` and hang up.

    A key pressed while the words are still being said counts.
    """
    response = ET.Element("Response")
    seconds = str(max(1, int(wait.total_seconds())))
    gather = ET.SubElement(
        response, "Gather", action=action, method="POST", input="dtmf", numDigits="1", timeout=seconds
    )
    _say(gather, words)
    _say(response, otherwise)
    return _document(response)


def say(words: str) -> str:
    """Say `words` and hang up."""
    response = ET.Element("Response")
    _say(response, words)
    ET.SubElement(response, "Hangup")
    return _document(response)


def connect(words: str, to: str, *, caller_id: str, ring: timedelta, action: str) -> str:
    """Say `words`, then ring `to` and join the two. Both see `caller_id` only; the outcome is sent to `action`."""
    response = ET.Element("Response")
    _say(response, words)
    dial = ET.SubElement(
        response, "Dial", callerId=caller_id, timeout=str(int(ring.total_seconds())), action=action, method="POST"
    )
    ET.SubElement(dial, "Number").text = to
    return _document(response)


def _say(parent: ET.Element, words: str) -> None:
    ET.SubElement(parent, "Say", voice=VOICE, language=LANGUAGE).text = words


def _document(response: ET.Element) -> str:
    return ET.tostring(response, encoding="unicode", xml_declaration=True)
