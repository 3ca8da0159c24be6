"""One of a list of texts: the same answer as spelled out, whatever the texts are, on both databases."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import create_engine, insert, select

from dispatch.store.among import among
from dispatch.store.engine import Record
from dispatch.store.metadata import metadata
from dispatch.store.tables_infra import idempotency
from tests.store.test_engine import key

ODD = ["plain", "it's", 'a "quote"', "[1, 2]", "{}", "a,b", "back\\slash", "zażółć 🚑", "NULL", "", " "]


@pytest.mark.parametrize(
    "wanted", [[], ["nobody"], ["it's"], ODD, [*ODD, "nobody", "plain"], set(ODD[3:6]), tuple(ODD[6:])]
)
def test_it_holds_what_the_list_holds(record: Record, wanted: Iterable[str]) -> None:
    query = select(idempotency.c.key).where(among(idempotency.c.key, "keys"))
    with record.write() as conn:
        conn.execute(insert(idempotency), [key(name) for name in ODD])
        found = conn.scalars(query, {"keys": wanted}).all()
        gone = idempotency.delete().where(among(idempotency.c.key, "keys") & (idempotency.c.actor == "ana"))
        assert conn.execute(gone, {"keys": wanted}).rowcount == len(found)
    assert sorted(found) == sorted(set(wanted) & set(ODD))


def test_two_lists_of_one_statement_are_kept_apart(record: Record) -> None:
    both = among(idempotency.c.actor, "actors") & among(idempotency.c.key, "keys")
    with record.write() as conn:
        conn.execute(insert(idempotency), [key("a"), key("b")])
        assert conn.scalars(select(idempotency.c.key).where(both), {"actors": ["ana"], "keys": ["b"]}).all() == ["b"]
        assert conn.scalars(select(idempotency.c.key).where(both), {"actors": ["b"], "keys": ["ana"]}).all() == []


def test_what_has_an_index_is_looked_up_in_it_also_beside_other_conditions() -> None:
    """Read from end to end instead, a table of years made every decision about a case a hundred times slower."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine, [idempotency])
    query = select(idempotency.c.key).where(among(idempotency.c.actor, "actors"), idempotency.c.body_hash == "b")
    with engine.connect() as conn:
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.compile(engine)}", ('["ana"]', "b")).all()
    engine.dispose()
    assert plan[0][-1].startswith("SEARCH idempotency")
