"""Who hears of a swap, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch import effects
from dispatch.matter import Matter
from dispatch.swap import State, Swap, Tell

_GIVER = {
    State.TAKEN: "swap_waits",
    State.DONE: "swap_away",
    State.DECLINED: "swap_declined",
    State.REFUSED: "swap_refused",
    State.UNDONE: "swap_undone",
    State.LAPSED: "swap_lapsed",
}
_TAKER = {
    State.TAKEN: "swap_waiting",
    State.DONE: "swap_yours",
    State.REFUSED: "swap_refused",
    State.WITHDRAWN: "swap_over",
    State.UNDONE: "swap_undone",
    State.LAPSED: "swap_lapsed",
}
_COORDINATOR = {
    State.TAKEN: "swap_to_approve",
    State.DONE: "swap_done",
    State.UNDONE: "swap_undone",
    State.LAPSED: "swap_lapsed",
}
_ASKED = {State.DONE: "swap_gone", State.WITHDRAWN: "swap_over"}


def told_of(swap: Swap, role: Tell, coordinators: Iterable[str]) -> list[tuple[str, str]]:
    """(person, words) for one kind of listener.

    Of the pool only those who were asked by name hear how it ended: a whole team is not woken to learn that there is
    nothing to do.
    """
    match role:
        case Tell.GIVER:
            people, words = [swap.giver], _GIVER
        case Tell.TAKER:
            people, words = [swap.taker] if swap.taker else [], _TAKER
        case Tell.ASKED:
            people, words = sorted(swap.asked - swap.declined - {swap.taker or ""}), _ASKED
        case Tell.COORDINATOR:
            people, words = list(coordinators), _COORDINATOR
    return [(person, words[swap.state]) for person in people]


@dataclass(frozen=True, slots=True)
class Voice:
    """How a team is spoken to about its shifts: in its own time, with a link to the page that asks for a sign-in."""

    public_url: str
    zone: ZoneInfo

    def tell(self, matter: Matter[Swap], person: str, words: str, after: datetime | None = None) -> None:
        """One text about the swap as it stands in `matter`: handles, a layer, times and its code."""
        matter.do(effects.Tell(person, words, self.about(matter.row), after))

    def about(self, swap: Swap) -> dict[str, str]:
        return {
            "layer": swap.layer,
            "giver": swap.giver,
            "who": swap.taker or swap.giver,
            "start": swap.start.astimezone(self.zone).isoformat(),
            "end": swap.end.astimezone(self.zone).isoformat(),
            "swap": swap.code,
            "link": f"{self.public_url}/shifts",
        }
