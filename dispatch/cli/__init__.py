"""`dispatch`: the command line. One noun a file.

What a command needs is imported when it runs: `dispatch --help` loads no web server and no database.
"""

from __future__ import annotations

from dispatch.cli.commands import main

__all__ = ["main"]
