"""The stories' service, for what the demo does to a record."""

from __future__ import annotations

from tests.stories.conftest import migrated, telephony, world

__all__ = ["migrated", "telephony", "world"]
