"""Every Redis key and channel of the service, made here and nowhere else.

Each says what type it is, what it holds, which file writes it, and why it cannot grow for ever: either it expires, or
something named takes it away. Redis holds ids, numbers and times only: never a person's name, number, address or words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Redis's own names for its types, as TYPE answers them; a channel holds nothing and has no key."""

    ZSET = "zset"
    HASH = "hash"
    STRING = "string"
    LIST = "list"
    SET = "set"
    STREAM = "stream"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Key:
    """One kind of key. Exactly one of `expires` (the longest time to live) and `ends` (what takes it away) is set."""

    pattern: str
    kind: Kind
    holds: str
    owner: str
    expires: timedelta | None = None
    ends: str | None = None

    @property
    def name(self) -> str:
        """The key itself, for a kind of which there is only one."""
        if "{" in self.pattern:
            raise ValueError(f"{self.pattern} needs its {{…}} filled")
        return self.pattern

    def of(self, part: str) -> str:
        """The key of one team."""
        return re.sub(r"\{\w+\}", lambda _: part, self.pattern, count=1)

    def matches(self, key: str) -> bool:
        fixed = re.split(r"\{\w+\}", self.pattern)
        return re.fullmatch(".+".join(map(re.escape, fixed)), key) is not None


WAITING = Key(
    "dispatch:waiting:{team}",
    Kind.ZSET,
    "the team's waiting cases in matching order: score 0, member Place.member",
    owner="waiting.py",
    ends="a member leaves with its case; the whole set is replaced by a rebuild",
)
PLACES = Key(
    "dispatch:places:{team}",
    Kind.HASH,
    "case id -> its member in the waiting set, so that a case can be moved by its id alone",
    owner="waiting.py",
    ends="a field leaves with its member of the waiting set",
)
TIMERS = Key(
    "dispatch:timers",
    Kind.ZSET,
    "deadline id, scored with the millisecond from which it may be claimed: its due time, or the end of a lease",
    owner="timers.py",
    ends="a member leaves when fired or disarmed; the whole set is replaced by a rebuild",
)
LEASES = Key(
    "dispatch:timers:leases",
    Kind.HASH,
    "deadline id -> its true due millisecond, while a ticker holds the lease",
    owner="timers.py",
    ends="a field leaves when its deadline is fired, armed anew or disarmed",
)
WAKE = Key(
    "dispatch:wake",
    Kind.CHANNEL,
    "a word to sleeping tickers: something is due sooner than you think",
    owner="timers.py",
    ends="nothing is stored",
)
UPDATES = Key(
    "dispatch:updates",
    Kind.CHANNEL,
    "ledger numbers, so that event streams know when to read the record",
    owner="updates.py",
    ends="nothing is stored",
)
PENDING = Key(
    "dispatch:pending:{team}",
    Kind.STRING,
    "a job for this team is already on its way",
    owner="nudges.py",
    expires=timedelta(seconds=5),
)
EPOCH = Key(
    "dispatch:epoch",
    Kind.STRING,
    "run id of the Redis process that was last filled from the record",
    owner="epoch.py",
    ends="one value; taken away by whoever notices that a change was lost",
)

OURS = (WAITING, PLACES, TIMERS, LEASES, WAKE, UPDATES, PENDING, EPOCH)

# rq makes these itself. They are named so that the test against forgotten keys knows the whole of Redis.
JOB_QUEUE = "dispatch"
_CLEANED = "rq's cleaning, every ten minutes in one of the workers"
RQ = (
    Key("rq:queues", Kind.SET, "names of queues", owner="rq", ends="one member"),
    Key("rq:queue:{queue}", Kind.LIST, "ids of jobs to do", owner="rq", ends="taken by a worker; nudges stop at 1,000"),
    Key("rq:queue:{queue}:intermediate", Kind.LIST, "ids just taken", owner="rq", ends=f"the worker, or {_CLEANED}"),
    Key("rq:queue:{queue}:intermediate:first_seen:{job}", Kind.STRING, "a time", owner="rq", expires=timedelta(days=1)),
    Key("rq:job:{job}", Kind.HASH, "a job: function, team id", owner="rq", ends="done; or expires unstarted or failed"),
    Key("rq:results:{job}", Kind.STREAM, "where in the code a job failed", owner="rq", expires=timedelta(minutes=1)),
    Key("rq:wip:{queue}", Kind.ZSET, "jobs that have begun", owner="rq", ends=f"the worker, or {_CLEANED}"),
    Key("rq:failed:{queue}", Kind.ZSET, "jobs that failed", owner="rq", ends=_CLEANED),
    Key("rq:execution:{job}", Kind.HASH, "a begun job's heart", owner="rq", expires=timedelta(minutes=10)),
    Key("rq:executions:{job}", Kind.ZSET, "which workers have begun a job", owner="rq", expires=timedelta(minutes=10)),
    Key("rq:workers", Kind.SET, "keys of live workers", owner="rq", ends=_CLEANED),
    Key("rq:workers:{queue}", Kind.SET, "keys of the queue's live workers", owner="rq", ends=_CLEANED),
    Key("rq:worker:{name}", Kind.HASH, "a worker's heart", owner="rq", expires=timedelta(minutes=10)),
    Key("rq:worker:{name}:executions", Kind.SET, "what it has begun", owner="rq", expires=timedelta(minutes=10)),
    Key("rq:clean_registries:{queue}", Kind.STRING, "one worker cleans", owner="rq", expires=timedelta(minutes=15)),
    Key("rq:clean_groups", Kind.STRING, "one worker cleans", owner="rq", expires=timedelta(minutes=10)),
)

ALL = OURS + RQ


def rule_for(key: str) -> Key | None:
    """The most exact entry that knows this key, or None: a forgotten key."""
    known = [entry for entry in ALL if entry.kind is not Kind.CHANNEL and entry.matches(key)]
    return max(known, key=lambda entry: len(entry.pattern), default=None)
