"""Questions at a terminal, asked again until the answer can be right. Piped answers work too, one a line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

#: Says what is wrong with an answer, or None.
Check = Callable[[str], str | None]


def ask(question: str, check: Check | None = None, *, default: str | None = None, hidden: bool = False) -> str:
    """The answer; "" only where that is the default. Raises typer.Abort at the end of the input."""
    while True:
        if hidden and not sys.stdin.isatty():
            # Without a terminal nothing can be hidden, and trying to would warn about it.
            answer = sys.stdin.readline().strip()
        else:
            answer = str(typer.prompt(question, default=default, hide_input=hidden, show_default=bool(default))).strip()
        problem = None
        if not answer and default is None:
            problem = "an answer is needed"
        elif answer and check is not None:
            problem = check(answer)
        if problem is None:
            return answer
        if not sys.stdin.isatty():
            # Asking again would take the next answer for this one.
            raise typer.BadParameter(f"{question}: {problem}")
        print(f"  {problem}")


def sure(question: str, *, default: bool = False) -> bool:
    return bool(typer.confirm(question, default=default))


def phone(text: str) -> str | None:
    right = re.fullmatch(r"\+[1-9][0-9]{7,14}", text)
    return None if right else "write it in international form, such as +12025550100"


def zone(text: str) -> str | None:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "that is no time zone; write one such as America/New_York"
    return None


def identifier(text: str) -> str | None:
    right = re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", text)
    return None if right else "small letters, digits, - and _, beginning with a letter"


def day(text: str) -> str | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "write a date such as 2027-06-30"
    return None


def some_of(known: Collection[str]) -> Check:
    """Names parted by commas, all of them `known`."""

    def check(text: str) -> str | None:
        names = parts(text)
        wrong = [name for name in names if name not in known]
        return f"choose from {', '.join(known)}" if wrong or not names else None

    return check


def matching(pattern: str, problem: str) -> Check:
    return lambda text: None if re.fullmatch(pattern, text) else problem


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
