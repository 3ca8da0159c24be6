"""The made-up operator and coordinator at their desks: they close what is done, clear scenes, call 911, act on alarms.

They do through the public API what people do at their screens. Nothing stays open for ever: a case that nobody moves
any more, because its phone was put away, is closed after a while by the coordinator.
"""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from dispatch import logs
from dispatch.clock import Clock, monotonic
from dispatch.demo.client import Client, NotDone
from dispatch.demo.figures import Figures, pick
from dispatch.demo.hands import Hands
from dispatch.demo.people import Member

log = logs.get(__name__)

LOOK = 2.0
#: Seconds an alarm rings before the made-up coordinator acts; a visitor who is coordinator gets the longer time.
PATIENCE = 20.0
PATIENCE_WITH_VISITOR = 60.0
#: Past this a case has been forgotten by its phone.
FORGOTTEN = timedelta(minutes=10)
_REMEMBERED = 2_000


class Office:
    """Runs in a thread of its own. `closed` is told the code of each case that was closed here."""

    def __init__(
        self,
        client: Client,
        clock: Clock,
        members: tuple[Member, ...],
        figures: Figures,
        hands: Hands,
        tell: Callable[[str], None],
        closed: Callable[[str], None],
    ) -> None:
        self._client = client
        self._clock = clock
        self._staff = [member for member in members if "responder" in member.post.roles]
        self._coordinator = next(member for member in members if "coordinator" in member.post.roles)
        self._figures = figures
        self._hands = hands
        self._tell = tell
        self._closed = closed
        self._since: OrderedDict[str, float] = OrderedDict()
        #: As of the last look: bounds how many arrivals there may be.
        self.open_cases = 0
        self.alarms = 0
        #: Cases whose alarms are the opening's own business.
        self.leave: set[str] = set()

    def run(self, stopping: threading.Event) -> None:
        while not stopping.wait(LOOK):
            try:
                self._look()
            except NotDone as error:
                # The service may be starting again; what is to be done is still to be done at the next look.
                log.warning("office_waits", status=error.status)

    def _look(self) -> None:
        cases = self._client.get("coordinator", "/cases", state="open", limit=200)["items"]
        alarms = self._client.get("coordinator", "/alarms")["items"]
        self.open_cases, self.alarms = len(cases), len(alarms)
        busy = {owner["id"] for case in cases for owner in case["owners"]}
        for case in cases:
            self._try(self._mind, case)
        for alarm in alarms:
            self._try(self._heed, alarm, busy)

    def _try(self, work: Callable[..., None], *given: Any) -> None:
        """Somebody else may have been first; that is what the service is for."""
        try:
            work(*given)
        except NotDone as error:
            if error.status is None or error.status >= 500:
                raise
            log.info("office_refused", status=error.status)

    def _mind(self, case: dict[str, Any]) -> None:
        id_, drawn = case["id"], random.Random(case["id"])
        done = case["state"] == "cleared" and self._waited(f"close {id_}", 1.0 + drawn.random() * 2)
        if done or self._clock.now() - datetime.fromisoformat(case["logged_at"]) > FORGOTTEN:
            self._close(case, drawn)
        elif case["scene_hold"] and self._waited(f"scene {id_}", 8.0 + drawn.random() * 8):
            self._client.post("coordinator", f"/cases/{id_}/clear-scene")
            self._tell(f"{case['code']}: the coordinator has cleared the scene.")
        elif case["hard_stops"]:
            self._emergency(case, drawn)

    def put_away(self, case: dict[str, Any]) -> None:
        """Close a case, however far it is; somebody else may have been first."""
        self._try(self._close, case, random.Random(case["id"]))

    def _close(self, case: dict[str, Any], drawn: random.Random) -> None:
        spoke = case["first_contact_at"] is not None
        disposition = pick(self._figures.end_points, drawn) if spoke else "not_reached"
        self._client.post("coordinator", f"/cases/{case['id']}/close", {"disposition": disposition})
        self._closed(case["code"])
        self._tell(f"{case['code']} is closed: {disposition.replace('_', ' ')}.")

    def _emergency(self, case: dict[str, Any], drawn: random.Random) -> None:
        path = f"/cases/{case['id']}/emergency"
        who = {"called_by": self._coordinator.id, "agency": "demo-911"}
        if self._once(f"called {case['id']}", 5.0):
            self._client.post("operator", path, {**who, "reason": "DEMO", "person_consented": "unknown"})
            self._tell(f"{case['code']}: the operator has called 911 and stays on the line.")
        elif self._once(f"confirmed {case['id']}", 20.0 + drawn.random() * 10):
            confirmed = self._clock.now().isoformat()
            self._client.post("operator", path, {**who, "contact_confirmed_at": confirmed})
            self._tell(f"{case['code']}: 911 has confirmed that they reached the person.")

    def _heed(self, alarm: dict[str, Any], busy: set[str]) -> None:
        if alarm["case_id"] in self.leave:
            return
        hands = self._hands
        visited = hands.at_work() or hands.somebody_is("coordinator") or hands.held(self._coordinator.id)
        if not self._waited(f"alarm {alarm['id']}", PATIENCE_WITH_VISITOR if visited else PATIENCE):
            return
        if alarm["kind"] == "unanswered" and alarm["case_id"]:
            self.give(alarm["case_id"], alarm["code"], busy)
        elif alarm["acknowledged_at"] is None:
            self._client.post("coordinator", f"/alarms/{alarm['id']}/acknowledge")
            self._tell(f"The coordinator has seen to an alarm: {alarm['kind'].replace('_', ' ')}.")

    def give(self, case_id: str, code: str, busy: set[str], among: Sequence[Member] = ()) -> None:
        """The coordinator rings round and gives the case to somebody; to somebody free, if there is one."""
        staff = [member for member in among or self._staff if "responder" in member.post.roles]
        free = [member for member in staff if member.id not in busy and not self._hands.held(member.id)]
        chosen = random.Random(case_id).choice(free or staff)
        busy.add(chosen.id)
        self._client.post("coordinator", f"/cases/{case_id}/assign", {"person": chosen.id})
        self._tell(f"{code}: the coordinator has given it to {chosen.name}.")

    def _waited(self, what: str, seconds: float) -> bool:
        """True from `seconds` of the service's clock after it was first asked."""
        now = monotonic()
        since = self._since.setdefault(what, now)
        while len(self._since) > _REMEMBERED:
            self._since.popitem(last=False)
        return now - since >= self._clock.real_seconds(timedelta(seconds=seconds))

    def _once(self, what: str, seconds: float) -> bool:
        """True once, `seconds` after it was first asked."""
        if not self._waited(what, seconds) or f"{what} done" in self._since:
            return False
        self._since[f"{what} done"] = monotonic()
        return True
