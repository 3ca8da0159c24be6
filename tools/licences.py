"""Refuses a pinned dependency under a licence that would bind this project (GPL, AGPL), or an LGPL one not in NOTICE.

LGPL libraries are used unmodified, as packages of their own, so listing them is what their licence asks of us.
Run: python -m tools.licences
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def licence(package: Distribution) -> str:
    """What its metadata says, most exact first: an SPDX expression, the classifiers, the free text's first line."""
    metadata = package.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = [c for c in metadata.get_all("Classifier") or () if c.startswith("License ::")]
    free_text = metadata["License"].strip().partition("\n")[0] if "License" in metadata else ""
    return "; ".join(c.rpartition(":: ")[2] for c in classifiers if c.count("::") > 1) or free_text or "unknown"


def problem(name: str, text: str, notice: str) -> str | None:
    """What is wrong with depending on `name` under the licence `text`, or None."""
    # An offer of alternatives ("MIT OR GPL-2.0") binds to the one we choose.
    choices = re.split(r"\s+OR\s+", text) if " OR " in text else [text]
    kinds = {_kind(choice) for choice in choices}
    if "free" in kinds:
        return None
    if "lesser" in kinds:
        listed = re.search(rf"^\W*{re.escape(name)}\b", notice, re.MULTILINE | re.IGNORECASE)
        return None if listed else f"{name} is under {text}: list it in NOTICE"
    return f"{name} is under {text}: it may not be a dependency"


def _kind(text: str) -> str:
    if text == "unknown":
        return "unknown"
    if re.search(r"\bLGPL|Lesser General Public|Library or Lesser", text):
        return "lesser"
    return "strong" if re.search(r"\bA?GPL|General Public License", text) else "free"


def problems(pinned: Iterable[str], notice: str) -> list[str]:
    found = []
    for name in pinned:
        try:
            text = licence(distribution(name))
        except PackageNotFoundError:
            continue  # pinned for another platform or Python
        if fault := problem(name, text, notice):
            found.append(fault)
    return found


def main() -> int:
    pinned = sorted(set(_PIN.findall((ROOT / "requirements/test.txt").read_text(encoding="utf-8"))))
    found = problems(pinned, (ROOT / "NOTICE").read_text(encoding="utf-8"))
    print("\n".join(found) or f"licences: {len(pinned)} pinned packages, none in the way")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
