"""`dispatch rebuild`."""

from __future__ import annotations

from dispatch.cli.shell import AsJson, print_json, working


def rebuild(as_json: AsJson = False) -> None:
    """Fill Redis again from the record, and print what differed. It may be run at any moment."""
    from dataclasses import asdict

    from dispatch.cli.local import service
    from dispatch.queue import QueueDown
    from dispatch.rebuild import rebuild as fill

    with service() as (_, svc, _given), working("filling Redis from the record"):
        found = fill(svc)
    if not found.filled:
        raise QueueDown("Redis does not answer, so it was not filled. The service works without it, from the record.")
    if as_json:
        print_json(asdict(found))
        return
    for noun, count, missing, stale in (
        ("waiting cases", found.waiting, found.waiting_missing, found.waiting_stale),
        ("timers", found.timers, found.timers_missing, found.timers_stale),
    ):
        differed = f"{missing} were missing, {stale} were left over" if missing or stale else "nothing differed"
        print(f"{noun}: {count}; {differed}")
