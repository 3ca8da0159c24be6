"""The protocol library and the policy as this installation has them: shipped files with the site's own over them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protocols.errors import Fault, InvalidFile

if TYPE_CHECKING:
    from dispatch.policy import Policy
    from dispatch.policyreader import Bands
    from protocols.loader import Library


def site_folder() -> Path | None:
    """Where a site lays its own protocol files, if it has."""
    from dispatch.cli.local import settings

    folder = settings().data_dir / "protocols"
    return folder if folder.is_dir() else None


def library() -> Library:
    """Raises InvalidFile naming every fault's file and line."""
    from protocols.loader import Library

    folder = site_folder()
    return Library.shipped(*([folder] if folder else []))


def bands() -> Bands:
    """What a policy may speak of."""
    return {protocol.id: [band.id for band in protocol.bands] for protocol in library()}


def site_policy() -> Policy:
    """DISPATCH_POLICY_FILE over the shipped default. Raises InvalidFile."""
    from dispatch import policyfile
    from dispatch.cli.local import settings

    file = settings().policy_file
    return read_policy(file) if file is not None else policyfile.default()


def read_policy(file: Path) -> Policy:
    """Raises InvalidFile naming every fault's file and line."""
    from dispatch import policyfile

    return policyfile.parse(text_of(file), str(file), policyfile.default(), bands())


def text_of(file: Path) -> str:
    """Raises InvalidFile where it is not text, OSError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidFile(f"{file}:1: is not UTF-8 text", [Fault(f"{file}:1", "is not UTF-8 text")]) from None
