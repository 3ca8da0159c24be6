"""From a contact to the request at the provider: one at a time, and five hundred at once."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from dispatch.clock import monotonic
from dispatch.flow import people
from tests.bench.load import Client, Posted, by_many
from tests.bench.machine import Share, spread
from tests.bench.service import BENCH, Running
from tests.support.waiting import wait_until

BURST = 500
CLIENTS = 16
#: On call at once, in a county. All of them have room for every case: nobody answers.
TEAM, ROOM = 25, 50
#: Nobody answers here. Were silence to climb the ladder after two minutes, each case would ask all who are still free,
#: and the last contacts would find nobody: that is another measurement.
PATIENT = """
team: default
ladders:
  very_urgent: [{page: primary, count: 1, wait: 1h}, {alarm: coordinators, every: 1h}]
"""
#: Contacts sent before anything is measured: first calls compile statements and open connections.
WARM = 5


def idle(samples: int, at_once: int = 1) -> list[dict[str, float]]:
    """One contact a second. Milliseconds from before its POST until the provider has the whole request.

    `at_once` measures so many services beside one another, each with its own contact a second and its own processes.
    They take turns, so that no two contacts are under way together: it saves time, and never flatters.
    """
    with ExitStack() as stack:
        several = [stack.enter_context(Running(people=TEAM, capacity=ROOM)) for _ in range(at_once)]
        for running in several:
            people.set_policy(BENCH, running.svc, "default", PATIENT)
            running.start()
        clients = [Client(running) for running in several]
        for running, client in zip(several, clients, strict=True):
            _warm(running, client)
        posted: list[list[Posted]] = [[] for _ in several]
        pause, begin = threading.Event(), monotonic()
        for n in range(samples * at_once):
            pause.wait(max(0.0, begin + n / at_once - monotonic()))
            posted[n % at_once].append(clients[n % at_once].log())
        for client in clients:
            client.close()
        return [_idle(running, own) for running, own in zip(several, posted, strict=True)]


def _idle(running: Running, posted: list[Posted]) -> dict[str, float]:
    asked = _asked(running, posted)
    late = [asked[one.code] - one.at.timestamp() for one in posted]
    return {
        **spread(late, "idle"),
        **spread([one.seconds for one in posted], "idle_201"),
        **{f"memory_idle_{name}": mb for name, mb in running.megabytes().items()},
    }


def burst(count: int = BURST) -> dict[str, float]:
    """So many contacts at once for as many responders; the clock starts at the first POST. Callbacks on."""
    with Running(people=count + WARM) as running:
        running.start()
        client = Client(running)
        _warm(running, client)
        client.close()
        before, share = running.cpu_seconds(), Share()
        posted = by_many(running, CLIENTS, lambda n: n < count)
        asked = _asked(running, posted)
        first = posted[0].at.timestamp()
        last_201 = max(one.at.timestamp() + one.seconds for one in posted)
        took = max(asked[one.code] for one in posted) - first
        used = {name: now - before[name] for name, now in running.cpu_seconds().items()}
        share.ours(sum(used.values()))
        return {
            "burst_seconds": took,
            "burst_per_second": count / took,
            "burst_all_201_seconds": last_201 - first,
            **spread([asked[one.code] - one.at.timestamp() for one in posted], "burst_page"),
            **{f"memory_burst_{name}": mb for name, mb in running.megabytes().items()},
            **{f"cpu_burst_{name}": seconds for name, seconds in used.items()},
            **{f"burst_{name}": value for name, value in share.percent().items()},
        }


def _warm(running: Running, client: Client) -> None:
    _asked(running, [client.log() for _ in range(WARM)])


def _asked(running: Running, posted: list[Posted], seconds: float = 120.0) -> dict[str, float]:
    """When the provider first had a page of each case; waits until it has one of all."""
    wanted = {one.code for one in posted}
    found: dict[str, float] = {}

    def all_there() -> bool:
        # Latest first, so that of several pages of a case the earliest stays.
        found.update({code: at for at, code in sorted(running.texts(), reverse=True)})
        return wanted <= found.keys()

    wait_until(all_there, seconds, what="a page of every case")
    return found
