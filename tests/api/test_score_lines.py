"""Scoring many answer sets in one request: a line in, a line out, whatever comes and however much."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import anyio
import pytest
from hypothesis import settings
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from dispatch.access import Role
from dispatch.http import lines
from protocols.stream import lines_of
from tests.api.conftest import Api

SCORE = "/api/v1/protocols/cssrs-screener/score"
LOW = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "no", "q5": "no", "q6": "no"}
NONE = dict.fromkeys(("q1", "q2", "q6"), "no")


#: A million in `make soak`.
MANY = min(1_000_000, max(200_000, 1000 * settings().max_examples))


def sent(*answers: object) -> str:
    return "".join(json.dumps(each) + "\n" for each in answers)


def many(count: int) -> Iterator[bytes]:
    part = sent(LOW, NONE).encode() * 500
    for _ in range(count // 1000):
        yield part


@pytest.mark.parametrize("kind", [*lines.TYPES, "application/x-ndjson; charset=utf-8"])
def test_a_result_comes_for_every_line_in_the_same_order(api: Api, kind: str) -> None:
    answer = api.as_(Role.OPERATOR).post(SCORE, content=sent(LOW, {"q9": "yes"}, NONE), headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    first, second, third = map(json.loads, answer.text.splitlines())
    alone = api.as_(Role.OPERATOR).post(SCORE, json={"answers": LOW}).json()
    assert first == alone
    assert (second["item"], second["line"]) == ("q9", 2)
    assert (third["band"], third["urgency"]) == ("none", "routine")


def test_no_line_is_no_result(api: Api) -> None:
    answer = api.as_(Role.OPERATOR).post(SCORE, content="", headers={"Content-Type": lines.MEDIA_TYPE})
    assert (answer.status_code, answer.text) == (200, "")


def test_the_instrument_and_the_team_must_exist_and_be_allowed(api: Api) -> None:
    headers = {"Content-Type": lines.MEDIA_TYPE}
    client = api.as_(Role.OPERATOR)
    unknown = client.post("/api/v1/protocols/no-such/score", content=sent(LOW), headers=headers)
    nobody = client.post(f"{SCORE}?team=nobody", content=sent(LOW), headers=headers)
    elsewhere = api.as_(Role.OPERATOR, teams=("north",))
    misspelt = client.post(f"{SCORE}?taem=default", content=sent(LOW), headers=headers)
    assert (unknown.status_code, nobody.status_code, misspelt.status_code) == (404, 422, 422)
    assert elsewhere.post(f"{SCORE}?team=default", content=sent(LOW), headers=headers).status_code == 403
    assert api.browser().post(SCORE, content=sent(LOW), headers=headers).status_code == 401


def test_more_lines_than_any_other_body_may_have_are_taken(api: Api) -> None:
    answer = api.as_(Role.OPERATOR).post(SCORE, content=many(10_000), headers={"Content-Type": lines.MEDIA_TYPE})
    assert (answer.status_code, answer.text.count("\n")) == (200, 10_000)


async def taken(count: int) -> tuple[int, int, int]:
    """(bytes taken in, the most lines read ahead of those answered, the most memory in use)."""
    parts = many(count)

    async def receive() -> Message:
        part = next(parts, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    tracemalloc.start()
    async with lines.body() as file:
        await lines.take_in(Request({"type": "http", "headers": []}, receive), file)
        size = file.seek(0, 2)
        file.seek(0)
        read = given = ahead = 0

        def counted() -> Iterator[str]:
            nonlocal read
            for line in lines_of(file):
                read += 1
                yield line.decode()

        async for part in lines.answered(counted(), file):
            ahead = max(ahead, read - given)
            given += part.count(b"\n\n")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert given == count
    assert file.closed
    return size, ahead, most


def test_ten_times_the_lines_need_no_more_memory() -> None:
    size, ahead, memory = anyio.run(taken, MANY // 10)
    larger, ahead_of_more, more_memory = anyio.run(taken, MANY)
    assert larger == 10 * size > 10_000_000
    assert ahead == ahead_of_more == 500
    assert more_memory < memory + 500_000


async def broken_off() -> bool:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        async with lines.body() as file:
            await lines.take_in(Request({"type": "http", "headers": []}, receive), file)
    return file.closed


def test_a_caller_who_hangs_up_leaves_nothing_open() -> None:
    assert anyio.run(broken_off)


def test_a_body_of_lines_has_a_limit_of_its_own_and_nothing_else_has_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = api.as_(Role.OPERATOR)
    headers = {"Content-Type": lines.MEDIA_TYPE, "Content-Length": str(lines.LARGEST + 1)}
    announced = client.post(SCORE, content=b"", headers=headers)
    assert (announced.status_code, announced.headers["content-type"]) == (413, "application/problem+json")
    headers = {"Content-Type": lines.MEDIA_TYPE, "Idempotency-Key": "too-long"}
    assert client.post("/api/v1/contacts", content=b" " * 300_000, headers=headers).status_code == 413
