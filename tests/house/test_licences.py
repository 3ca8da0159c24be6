"""The licence check itself: what it lets through and what it stops."""

from __future__ import annotations

import pytest

from tools.licences import problem

NOTICE = "  psycopg   PostgreSQL driver\n"


@pytest.mark.parametrize(
    ("name", "licence", "stopped"),
    [
        ("a", "MIT", False),
        ("a", "Apache-2.0 AND MIT", False),
        ("a", "Mozilla Public License 2.0 (MPL 2.0)", False),
        ("a", "GPL-3.0-only", True),
        ("a", "AGPL-3.0-or-later", True),
        ("a", "GNU Affero General Public License v3", True),
        ("a", "GNU General Public License v2 (GPLv2)", True),
        ("a", "MIT OR GPL-2.0-only", False),
        ("a", "unknown", True),
        ("a", "LGPL-3.0-only", True),
        ("psycopg", "LGPL-3.0-only", False),
        ("psycopg-extra", "LGPL-3.0-only", True),
        ("psycopg", "AGPL-3.0-only", True),
    ],
)
def test_only_a_free_licence_or_a_listed_lesser_one_passes(name: str, licence: str, stopped: bool) -> None:
    assert (problem(name, licence, NOTICE) is not None) == stopped
