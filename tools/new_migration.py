"""Write the next migration from the difference between the tables as declared and as the migrations make them.

    python -m tools.new_migration "add follow-ups"

Read what it wrote before committing it: a renamed column looks like one dropped and one added.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from dispatch.store.migrate import config, locked, migrate
from dispatch.store.migrations import versions


def main(message: str) -> None:
    folder = Path(versions.__path__[0])
    number = 1 + len(list(folder.glob("[0-9]*.py")))
    with TemporaryDirectory() as scratch, redirect_stdout(sys.stderr):
        url = f"sqlite:///{scratch}/record.db"
        if number > 1:
            migrate(url)
        with locked(url) as conn:
            made = config(conn)
            made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            title = message[:1].upper() + message[1:]
            written = command.revision(made, title, autogenerate=True, rev_id=f"{number:04d}")
    if written is None or isinstance(written, list):
        raise SystemExit("Alembic wrote no single file")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", written.path], check=True)
    print(written.path)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or sys.exit("what does the migration do? give a few words"))
