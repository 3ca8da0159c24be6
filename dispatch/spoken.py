"""Every line the service says on the telephone. The same minimum as a text: whoever answers may not be who we rang.

Codes are said one character at a time, and everything that asks for a key is said twice: the first seconds of a call
are lost to a hand on the phone.
"""

from __future__ import annotations

from dispatch import codes, slots
from dispatch.alarm import Kind
from dispatch.wording import PageWords, sentence

LINES: dict[str, str] = {
    "accepted": "You have case {code}. Thank you. Details are in the text message. Goodbye.",
    "first_of_two": "You have case {code}. One more person is being asked. You will be told who comes. Goodbye.",
    "declined": "Declined. The next person is being asked. Goodbye.",
    "taken": "Case {code} is already with somebody else. Thank you. Goodbye.",
    "closed": "Case {code} is closed. Nothing to do. Goodbye.",
    "no_key": "No key was pressed. The page stays open; answer it by text. Goodbye.",
    "wrong_key": "That key means nothing here.",
    "acknowledged": "Acknowledged. It rings again until the matter is settled. Goodbye.",
    "alarm_over": "This alarm has ended. Nothing to do. Goodbye.",
    "connecting": "Case {code}. Connecting you now.",
    "not_connected": "The call was not answered. Goodbye.",
    "call_over": "The call is over. Goodbye.",
    "no_number": "There is no telephone number for case {code} that may be called. Ask your coordinator. Goodbye.",
    "opted_out": "Our text messages to you are stopped, and you are off the roster. Text START, then ON, to come back.",
    "stranger": "No one answers calls at this number. In a crisis call 9 8 8. In danger call 9 1 1. Goodbye.",
}

_SAFETY = {"2-person": "Two persons", "call first": "Call first"}


def spelled(code: str) -> str:
    """`K7Q` as `K 7 Q`, so that it is read out letter by letter."""
    return " ".join(code)


def line(words: str, code: str = "") -> str:
    """The line named `words`. Raises KeyError for a name that is not in `LINES`."""
    return LINES[words].format(code=spelled(code) if codes.valid(code) else "")


def page(words: PageWords) -> str:
    """A page by voice: press 1 to accept, 2 to decline."""
    facts = [
        f"Crisis page. Case {spelled(words.code)}",
        slots.URGENCY[words.urgency].capitalize(),
        ", ".join(filter(None, [slots.area(words.area), slots.MODE[words.mode]])),
        *(_SAFETY[bit] for bit in sorted(words.safety)),
    ]
    return _twice(f"{'. '.join(facts)}. Press 1 to accept, 2 to decline.")


def alarm(kind: Kind, about: slots.About) -> str:
    """An alarm by voice: press 1 to acknowledge."""
    code = about.get("code", "")
    words = sentence(kind, about)
    if codes.valid(code):
        words = words.replace(code, f"case {spelled(code)}")
    return _twice(f"Alarm. {words[0].upper()}{words[1:]} Press 1 to acknowledge.")


def _twice(words: str) -> str:
    return f"{words} Again. {words}"
