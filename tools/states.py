"""Draws dispatch/STATES.md from the tables of the decision core, so that the picture can never say something else.

Run: python -m tools.states          writes the file
     python -m tools.states --check  exit 1 when the file is stale
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from dispatch.case import CLOCKS, LEAVES, OPEN, OURS, Event, State
from dispatch.debrief import LEAVES as DEBRIEF
from dispatch.debrief import State as Debrief
from dispatch.escalation import CLOCKS as RUN_CLOCKS
from dispatch.escalation import MOVES, Run
from dispatch.handoff import LEAVES as HANDOFF
from dispatch.handoff import State as Handoff
from dispatch.page import ANSWER, DELIVERY, Answer, Delivery
from dispatch.shiftcheck import LEAVES as SHIFT_CHECK
from dispatch.shiftcheck import State as ShiftCheck
from dispatch.signature import LEAVES as SIGNING
from dispatch.signature import State as Signing
from dispatch.swap import LEAVES as SWAP
from dispatch.swap import State as Swap

FILE = Path(__file__).parent.parent / "dispatch" / "STATES.md"

_INTRO = """\
# States

Drawn by `python -m tools.states` from the tables of the modules that have one, `case.py` first; a test fails when this
file is stale. Change the table, never this file.

## A case

Between stars: what the service's own clocks do; everything else comes from people and the provider, and may come late,
twice or in any order. An event that is not shown leaves the state as it is and is only written down. ACCEPTED and
ASSIGNED move a case only when the team is then complete, RELEASED only when nobody is left on it.
"""

_SWAP = """
## A swap

Its one clock, while it is asked for or waits for a coordinator, is the start of the shift: nobody has it then, and it
lapses. `took` leads to `done` at once where no coordinator has to agree; `declined` moves it only when nobody who was
asked is left. The roster changes on the way into `done` and out of it.
"""

_HANDOFF = """
## A hand-off

Its one clock, while it is offered, is the time by which an answer is wanted. `accepted` leads to `partly` while cases
are left over. What is not taken stays with its giver in every state, and a late yes is welcome.
"""

_SHIFT_CHECK = """
## A shift check

Its one clock, while it waits for an answer, is the team's limit: `overdue` then, or `left` for whoever is no longer on.
The coordinator is rung on the way into `overdue` and `undelivered`, and the ringing ends with `answered_late`.
"""

_DEBRIEF = """
## A debrief

Its one clock: an offer lapses without a word, and one that is wanted rings the coordinators, again each day, until it
was held. Somebody may ask for one that nobody offered.
"""


def document() -> str:
    every_open = {event for event in Event if all(LEAVES[state].get(event) for state in OPEN)}
    always = ", ".join(f"`{event}` leads to `{LEAVES[State.WAITING][event]}`" for event in Event if event in every_open)
    parts = [
        _INTRO,
        f"In every open state {always}; they are left out of the picture.\n",
        _case_picture(every_open),
        "| state | its one clock | when that runs out |\n|---|---|---|",
        *(
            f"| `{state}` | `{meaning}` | `{LEAVES[state][Event(meaning.value)]}` |"
            for state, meaning in CLOCKS.items()
        ),
        f"| `{State.CLOSED}` | none | |",
        "\n## An escalation\n\nOne run up a ladder. A case has one open run at the most.\n",
        _picture(
            {run: {str(move): to for move, to in row.items()} for run, row in MOVES.items()}, Run.HELD, Run.ASKING
        ),
        "| state | its one clock |\n|---|---|",
        *(f"| `{run}` | `{meaning}` |" for run, meaning in RUN_CLOCKS.items()),
        "\n## A page\n\nTwo machines that never mix: how far it got, and what was answered.\n",
        _picture({d: {str(r): to for r, to in row.items()} for d, row in DELIVERY.items()}, Delivery.QUEUED),
        _picture({a: {str(act): to for act, to in row.items()} for a, row in ANSWER.items()}, Answer.OPEN),
        _SWAP,
        _picture({s: {str(event): to for event, to in row.items()} for s, row in SWAP.items()}, Swap.ASKED),
        _HANDOFF,
        _picture({h: {str(event): to for event, to in row.items()} for h, row in HANDOFF.items()}, Handoff.OFFERED),
        _SHIFT_CHECK,
        _picture(
            {c: {str(event): to for event, to in row.items()} for c, row in SHIFT_CHECK.items()}, ShiftCheck.ASKED
        ),
        "\n## A signature\n\nOf what somebody in training assessed. Its clock runs until it is signed.\n",
        _picture({s: {str(event): to for event, to in row.items()} for s, row in SIGNING.items()}, Signing.ASKED),
        _DEBRIEF,
        _picture(
            {d: {str(event): to for event, to in row.items()} for d, row in DEBRIEF.items()},
            Debrief.OFFERED,
            Debrief.WANTED,
        ),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _case_picture(leave_out: set[Event]) -> str:
    shown: dict[StrEnum, dict[str, StrEnum]] = {
        state: {
            f"*{event}*" if event in OURS else str(event): to for event, to in row.items() if event not in leave_out
        }
        for state, row in LEAVES.items()
    }
    return _picture(shown, State.LOGGED)


def _picture(table: Mapping[StrEnum, Mapping[str, StrEnum]], *starts: StrEnum) -> str:
    lines = ["```mermaid", "stateDiagram-v2", *(f"    [*] --> {start}" for start in starts)]
    for state, row in table.items():
        by_target: dict[StrEnum, list[str]] = {}
        for event, target in row.items():
            if target is not state:
                by_target.setdefault(target, []).append(event)
        lines += [f"    {state} --> {target}: {', '.join(events)}" for target, events in by_target.items()]
    return "\n".join([*lines, "```\n"])


def main() -> int:
    wanted = document()
    if "--check" not in sys.argv:
        FILE.write_text(wanted, encoding="utf-8")
        return 0
    fresh = FILE.exists() and FILE.read_text(encoding="utf-8") == wanted
    print("states: drawn as they are" if fresh else "dispatch/STATES.md is stale: python -m tools.states")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
