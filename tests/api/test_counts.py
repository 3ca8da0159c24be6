"""The files in which web processes count together have their room on the disk before anybody counts.

A hole in one of them, and a full disk, is a web process that the kernel ends (SIGBUS) at the next number of a new page.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from prometheus_client import Counter, Histogram, values

from dispatch.api import metrics
from dispatch.http import counts
from tests.api.conftest import Api

#: What the service answers with anywhere.
STATUSES = (200, 201, 204, 303, 304, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503)


def test_every_block_is_there_before_the_first_number(tmp_path: Path) -> None:
    given = counts.reserve(tmp_path, 2)
    assert given == {counts.FOLDER: str(tmp_path), counts.NUMBER: "2"}
    files = {file.name: file.stat() for file in tmp_path.iterdir()}
    assert set(files) == {"counter_2.db", "histogram_2.db", "gauge_mostrecent_2.db"}
    for found in files.values():
        assert found.st_blocks * 512 >= found.st_size > 0


def test_every_route_with_every_status_fits(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "counts"
    folder.mkdir()
    for name, value in counts.reserve(folder, 1).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(values, "ValueClass", values.MultiProcessValue(counts.number))  # type: ignore[no-untyped-call]
    requests = Counter("dispatch_http_requests_total", "Requests answered", metrics.REQUESTS._labelnames, registry=None)
    buckets = metrics.SECONDS._kwargs["buckets"]
    seconds = Histogram("dispatch_http_request_seconds", "Time", ["route"], registry=None, buckets=buckets)
    before = {file: file.stat().st_size for file in folder.iterdir()}
    routes = set(api.app.state.templates.values())
    assert len(routes) > 100
    for route in routes:
        seconds.labels(route).observe(0.01)
        for status in STATUSES:
            requests.labels(route, "DELETE", HTTPStatus(status)).inc()
    assert all(
        int.from_bytes((folder / f"{kind}_1.db").read_bytes()[:4], "little") for kind in ("counter", "histogram")
    )
    assert {file: file.stat().st_size for file in folder.iterdir()} == before


def test_without_room_a_process_counts_for_itself(tmp_path: Path) -> None:
    assert counts.reserve(tmp_path / "nowhere", 1) == {}
