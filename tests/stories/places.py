"""Where a story runs. Every story runs on SQLite with Valkey; these run elsewhere as well."""

from __future__ import annotations

import pytest

_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)

everywhere = pytest.mark.parametrize("world", ["sqlite", "no-redis", _POSTGRES], indirect=True)
without_redis = pytest.mark.parametrize("world", ["sqlite", "no-redis"], indirect=True)
