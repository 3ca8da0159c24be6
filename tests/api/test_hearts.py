"""A web process says that it lives for as long as it does, whatever one of its beats met."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, text
from starlette.testclient import TestClient

from dispatch import bootstrap, web
from dispatch.flow.service import Service
from dispatch.http import hearts
from dispatch.settings import Settings
from dispatch.store import schema
from tests.support.waiting import wait_until


def beats(svc: Service) -> list[str]:
    with svc.record.read() as conn:
        return list(conn.scalars(select(schema.hearts.c.process)))


def rename(svc: Service, table: str, to: str) -> None:
    with svc.record.write() as conn:
        conn.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


def test_a_beat_that_met_what_nobody_thought_of_is_not_the_last(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearts, "EVERY", 0.01)
    svc = bootstrap.build(settings)
    rename(svc, "hearts", "elsewhere")
    failed: list[object] = []
    event.listen(svc.record._writer, "handle_error", failed.append)
    with TestClient(web.create(svc, settings, heart="api:here:1")):
        wait_until(lambda: failed, what="a beat that fails")
        rename(svc, "elsewhere", "hearts")
        wait_until(lambda: beats(svc) == ["api:here:1"], what="the next one")
    assert beats(svc) == []
    svc.record.dispose()
