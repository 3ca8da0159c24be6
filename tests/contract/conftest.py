"""Contract tests use the API tests' application: a real record, Redis gone."""

from tests.api.conftest import api, clock, migrated, settings

__all__ = ["api", "clock", "migrated", "settings"]
