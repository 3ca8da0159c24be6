"""Where a story runs. Every story runs on SQLite with Valkey; these run elsewhere as well."""

from __future__ import annotations

import pytest

_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)

everywhere = pytest.mark.parametrize("world", ["sqlite", "no-redis", _POSTGRES], indirect=True)
with_its_own_redis = pytest.mark.parametrize("world", ["own-redis"], indirect=True)
without_redis = pytest.mark.parametrize("world", ["sqlite", "no-redis"], indirect=True)
