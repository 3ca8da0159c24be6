"""Which file an assessment was scored with: archived with its first use, found again by its hash."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from dispatch.errors import UnknownProtocol
from dispatch.store import protocolfiles
from protocols.loader import Library, parse
from protocols.model import Protocol


class Instruments:
    """Remembers what this process knows to be archived, so that a contact pays for it once a file and process."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: set[str] = set()
        self._parsed: dict[str, Protocol] = {}
        self._lock = threading.Lock()

    def new(self, hashes: Iterable[str]) -> list[Protocol]:
        """Of these files, those that this process has not seen archived."""
        with self._lock:
            wanted = set(hashes) - self._kept
        return [self._library.at_hash(h) for h in sorted(wanted)]

    def archive(self, conn: Connection, protocols: Iterable[Protocol], now: datetime) -> None:
        """Keep these files, in the transaction that stores what was scored with them."""
        for protocol in protocols:
            protocolfiles.keep(conn, protocol.hash, protocol.id, protocol.text, now)

    def archived(self, protocols: Iterable[Protocol]) -> None:
        """Their transaction has committed."""
        with self._lock:
            self._kept |= {protocol.hash for protocol in protocols}

    def at_hash(self, conn: Connection, content_hash: str) -> Protocol:
        """The file as it was then: from the library, else from the archive. Raises UnknownProtocol when neither has
        it."""
        try:
            return self._library.at_hash(content_hash)
        except UnknownProtocol:
            known = self._parsed.get(content_hash)
            if known is not None:
                return known
            text = protocolfiles.text_of(conn, content_hash)
            found, _ = parse(text.encode(), content_hash) if text is not None else (None, [])
            if found is None:
                raise
            self._parsed[content_hash] = found
            return found
