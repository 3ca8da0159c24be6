"""How our column types are written into a new migration: as the plain types below them.

A migration must do in five years what it does today, whatever `dispatch.store.types` has become by then.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext

from dispatch.store.types import Duration, Json, Sealed, UtcDateTime

_PLAIN = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    Duration: "sa.BigInteger()",
    Json: 'sa.Text().with_variant(postgresql.JSONB(), "postgresql")',
    Sealed: "sa.LargeBinary()",
}


def plain_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Alembic's `render_item` hook; False leaves the item to Alembic."""
    plain = _PLAIN.get(type(item)) if kind == "type" else None
    if plain is None:
        return False
    if "postgresql" in plain:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
    return plain
