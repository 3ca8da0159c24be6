"""The check that no committed file names a folder or a registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.places import found

HERE = Path("/home/somebody/crisis")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("--index-url https://" + "pypi" + ".org/simple", "pypi" + ".org"),
        ('"resolved": "https://registry.' + "npmjs" + '.org/htmx"', "npmjs" + ".org"),
        ("cd /home/somebody/crisis && make", "/home/somebody/crisis"),
        ("open('/home/somebody/crisis/var/x')", "/home/somebody/crisis"),
    ],
)
def test_a_place_is_found(line: str, what: str) -> None:
    assert list(found(f"first\n{line}\n", HERE)) == [(2, what)]


@pytest.mark.parametrize("line", ["https://www.twilio.com", "/home/somebody/crisis-notes", "pypi"])
def test_ordinary_words_and_paths_pass(line: str) -> None:
    assert list(found(line, HERE)) == []
