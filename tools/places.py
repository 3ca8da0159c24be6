"""Refuses a committed file that names a place: the folder somebody works in, or the host of a package registry.

Both make a clone depend on one machine or one network. Mirrors are configured where they are used, never here.
Run: python -m tools.places
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Written in pieces, so that this file passes its own check.
_HOSTS = tuple(
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
)


def found(text: str, checkout: Path) -> Iterator[tuple[int, str]]:
    """(line number, what it names) for each line of `text` that names a registry's host or the checkout."""
    # Longer than /x: a checkout at /app or /src would make ordinary paths into findings.
    folder = str(checkout) if len(checkout.parts) > 2 else None
    for number, line in enumerate(text.splitlines(), 1):
        for host in _HOSTS:
            if re.search(rf"\b{re.escape(host)}\b", line):
                yield number, host
        if folder and re.search(rf"{re.escape(folder)}(?![\w-])", line):
            yield number, folder


def committed() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def main() -> int:
    files = committed()
    faults = [
        f"{path.relative_to(ROOT)}:{number} names {what}"
        for path in files
        for number, what in found(path.read_text(encoding="utf-8", errors="replace"), ROOT)
    ]
    print("\n".join(faults) or f"places: none named in {len(files)} files")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
