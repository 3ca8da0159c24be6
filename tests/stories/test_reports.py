"""Delivery reports in a crowd: acted on in one commit, each once, whatever their order and whoever else is at it."""

from __future__ import annotations

from dispatch.case import Case
from dispatch.demo.phones import lines
from dispatch.flow import inbound, reports
from dispatch.page import Delivery
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import SYSTEM, World

PAGE = "CRISIS PAGE"


def two_pages(world: World) -> tuple[Case, Case]:
    """Two cases, each with a page out of which nothing has been heard."""
    world.ana.behaves(lines.NO_CALLBACKS)
    world.ben.behaves(lines.NO_CALLBACKS)
    cases = world.log(), world.log()
    world.ana.expect_sms(PAGE, cases[0].code)
    world.ben.expect_sms(PAGE, cases[1].code)
    return cases


def told(world: World, case: Case, status: str, **more: str) -> inbound.Webhook:
    """What the provider tells about the page of `case`."""
    (page,) = world.rows(schema.pages, case_id=case.id)
    (attempt,) = world.rows(schema.attempts, page_id=page.id)
    form = {"MessageSid": attempt.sid, "MessageStatus": status, **more}
    return inbound.Webhook("status", form, None, {"a": attempt.id, "t": attempt.token})


def taken_in(world: World, *webhooks: inbound.Webhook) -> list[str]:
    return [taken.inbox_id for taken in inbound.take_in_all(SYSTEM, world.svc, webhooks)]


def delivery(world: World, case: Case) -> str:
    (page,) = world.rows(schema.pages, case_id=case.id)
    return str(page.delivery)


@everywhere
def test_a_crowd_is_acted_on_in_one_commit_and_each_report_once(world: World) -> None:
    first, second = two_pages(world)
    ids = taken_in(
        world,
        told(world, first, "delivered"),
        told(world, second, "sent"),
        told(world, second, "delivered"),
        told(world, first, "delivered"),
    )
    assert ids[0] == ids[3], "the same report twice is one arrival"
    before = len(world.rows(schema.ledger))
    reports.act_on(SYSTEM, world.svc, ids)
    reports.act_on(SYSTEM, world.svc, ids)
    assert [delivery(world, case) for case in (first, second)] == [Delivery.DELIVERED.value] * 2
    entries = world.rows(schema.ledger)[before:]
    assert sorted(entry.case_id for entry in entries if entry.kind == "page") == sorted((first.id, second.id))
    assert all(row.processed_at is not None and row.attempts == 1 for row in world.rows(schema.inbox))


def test_a_page_that_failed_among_others_is_loud_and_wants_the_next_person(world: World) -> None:
    first, second = two_pages(world)
    ids = taken_in(world, told(world, first, "delivered"), told(world, second, "undelivered", ErrorCode="30003"))
    reports.act_on(SYSTEM, world.svc, ids)
    world.settle()
    assert (delivery(world, first), world.state(second)) == (Delivery.DELIVERED.value, "paging")
    world.kim.expect_sms("ALARM", "the page to ben did not arrive")
    assert [said["why"] for said in world.history(second, "next_person")] == [Delivery.UNDELIVERED.value]


def test_a_report_with_a_guessed_token_is_kept_and_changes_nothing(world: World) -> None:
    first, _ = two_pages(world)
    genuine = told(world, first, "delivered")
    forged = inbound.Webhook("status", genuine.form, None, {**genuine.query, "t": "0" * 32})
    reports.act_on(SYSTEM, world.svc, taken_in(world, forged))
    assert delivery(world, first) == Delivery.SENT.value
    assert world._all_read()


def came(world: World, *webhooks: inbound.Webhook) -> list[str | None]:
    """As the provider sends them: what is left to be acted on."""
    return inbound.take_in_reports(SYSTEM, world.svc, webhooks)


@everywhere
def test_what_comes_is_kept_and_acted_on_at_once_and_a_repeat_is_nothing(world: World) -> None:
    first, second = two_pages(world)
    delivered = told(world, first, "delivered")
    before, keys = len(world.rows(schema.ledger)), len(world.rows(schema.data_keys))
    assert came(world, delivered, told(world, second, "sent"), delivered) == [None] * 3
    assert came(world, delivered, told(world, second, "delivered")) == [None] * 2
    assert [delivery(world, case) for case in (first, second)] == [Delivery.DELIVERED.value] * 2
    entries = [entry.case_id for entry in world.rows(schema.ledger)[before:] if entry.kind == "page"]
    assert sorted(entries) == sorted((first.id, second.id))
    kept = world.rows(schema.inbox)
    assert sorted(row.status for row in kept) == ["delivered", "delivered", "sent"]
    assert all(row.processed_at is not None and row.attempts == 1 for row in kept)
    assert len(world.rows(schema.data_keys)) == keys + 3, "a repeat leaves no key behind"


def test_what_cannot_be_acted_on_is_kept_and_done_later(world: World) -> None:
    first, second = two_pages(world)
    crowd = told(world, first, "delivered"), told(world, second, "undelivered", ErrorCode="30003")
    page = world.rows(schema.pages, case_id=second.id)[0]
    with world.svc.record.write() as conn:  # a row that no decision can be made about
        conn.execute(schema.pages.update().where(schema.pages.c.id == page.id).values(answer="nonsense"))
    left = came(world, *crowd)
    assert all(left)
    assert [row.processed_at for row in world.rows(schema.inbox)] == [None, None]
    with world.svc.record.write() as conn:
        conn.execute(schema.pages.update().where(schema.pages.c.id == page.id).values(answer=page.answer))
    reports.act_on(SYSTEM, world.svc, [id_ for id_ in left if id_ is not None])
    world.settle()
    assert (delivery(world, first), world.state(second)) == (Delivery.DELIVERED.value, "paging")
    world.kim.expect_sms("ALARM", "the page to ben did not arrive")


def test_a_forged_report_that_comes_changes_nothing(world: World) -> None:
    first, _ = two_pages(world)
    genuine = told(world, first, "delivered")
    assert came(world, inbound.Webhook("status", genuine.form, None, {**genuine.query, "t": "0" * 32})) == [None]
    assert delivery(world, first) == Delivery.SENT.value
