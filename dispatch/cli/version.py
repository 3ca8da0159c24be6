"""`dispatch version`."""

from __future__ import annotations

from dispatch.cli.shell import AsJson, print_json


def version(as_json: AsJson = False) -> None:
    """Print the version of this installation."""
    from importlib.metadata import version as installed

    number = installed("crisis-dispatch")
    if as_json:
        print_json({"version": number})
    else:
        print(f"crisis-dispatch {number}")
