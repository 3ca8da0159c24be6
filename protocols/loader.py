"""The library: the shipped files, and a site's own folders laid over them. Versions live side by side.

A stored assessment names protocol, version and hash; `at_hash` finds the very text that was in force, so it can be
scored again years later. A version that was in use is therefore never edited: the old file moves to `past/` (any
folder below a library counts) and the new one takes its place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from protocols.binding import FAULTY, bind
from protocols.errors import Fault, InvalidFile, UnknownProtocol
from protocols.model import Definition, Protocol
from protocols.program import compiled
from protocols.translations import FOLDER, Translation, misfits, read_translation, translation_files
from protocols.wellformed import faults_in
from protocols.yamltree import Finding, compose

SHIPPED = Path(__file__).parent / "library"


def read(path: Path) -> tuple[Protocol | None, list[Finding]]:
    """The protocol in this file, or every finding that stands against it."""
    return parse(path.read_bytes(), str(path))


def parse(raw: bytes, name: str) -> tuple[Protocol | None, list[Finding]]:
    """The protocol in this text; `name` stands for the file in findings."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None, [Finding(name, 1, "the file is not UTF-8 text", "save it as UTF-8")]
    node, found = compose(text, name)
    if node is None:
        return None, found
    definition = bind(Definition, node, name, found)
    if definition is FAULTY or found:
        return None, found
    found = faults_in(definition, node, name)
    if found:
        return None, found
    return Protocol(definition, hashlib.sha256(raw).hexdigest(), name, text), []


def files_in(folder: Path) -> list[Path]:
    """The protocol files of a library folder, in a fixed order; translations lie in folders of their own."""
    return [path for path in sorted(folder.rglob("*.yaml")) if FOLDER not in path.parts]


def _newest_last(protocol: Protocol) -> tuple[object, ...]:
    # Digit runs compare as numbers, or version 10 would come before version 9.
    parts = re.findall(r"\d+|[^\d.\-]+", protocol.version)
    return (protocol.definition.in_force, [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in parts])


class Library:
    """Protocols by id, version and content hash."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._by_version: dict[tuple[str, str], Protocol] = {}
        self._by_hash: dict[str, Protocol] = {}
        found: list[Finding] = []
        for folder in folders:
            for path in files_in(folder):
                protocol, faults = read(path)
                found += faults
                if protocol is not None:
                    found += self._add(protocol, folder)
        self._translations: dict[tuple[str, str, str], Translation] = {}
        for folder in folders:
            for path in translation_files(folder):
                translation, faults = read_translation(path)
                found += faults
                if translation is not None:
                    key = (translation.of, translation.version)
                    found += misfits(translation, self._by_version.get(key), str(path))
                    self._translations[*key, translation.language] = translation
        if found:
            raise InvalidFile(str(found[0]), [Fault(f"{each.file}:{each.line}", each.says) for each in found])
        self._latest: dict[str, Protocol] = {}
        for folder in folders:
            # A later folder wins whatever the dates say: a site that keeps its own file wants it, also after an upgrade
            # has shipped a newer one.
            own = [each for each in self._by_version.values() if Path(each.path).is_relative_to(folder)]
            self._latest |= {protocol.id: protocol for protocol in sorted(own, key=_newest_last)}

    def _add(self, protocol: Protocol, folder: Path) -> list[Finding]:
        key = (protocol.id, protocol.version)
        before = self._by_version.get(key)
        if before is not None and Path(before.path).is_relative_to(folder):
            problem = f"{protocol.id} {protocol.version} is already in {before.path}"
            return [Finding(protocol.path, 1, problem, "give this file a new version")]
        compiled(protocol)
        self._by_version[key] = protocol
        self._by_hash[protocol.hash] = protocol
        return []

    @classmethod
    def shipped(cls, *site_folders: Path) -> Library:
        """The shipped library; a site's folder adds to it, and overrides a shipped file of the same id and version.

        Raises InvalidFile naming file and line of every fault in any of the files.
        """
        return cls((SHIPPED, *site_folders))

    def get(self, protocol_id: str, version: str | None = None) -> Protocol:
        """The named version, or the latest: of the last folder that has it, by date in force.

        Raises UnknownProtocol.
        """
        found = self._latest.get(protocol_id) if version is None else self._by_version.get((protocol_id, version))
        if found is None:
            raise UnknownProtocol(protocol_id if version is None else f"{protocol_id} {version}")
        return found

    def at_hash(self, content_hash: str) -> Protocol:
        """The file a stored assessment was scored with, overridden or not. Raises UnknownProtocol."""
        found = self._by_hash.get(content_hash)
        if found is None:
            raise UnknownProtocol(f"sha256 {content_hash}")
        return found

    def translation(self, protocol: Protocol, language: str) -> Translation | None:
        """The texts of exactly this version in another language, where there are any."""
        return self._translations.get((protocol.id, protocol.version, language))

    def languages(self, protocol: Protocol) -> tuple[str, ...]:
        """Languages this version has a translation in, sorted; the protocol file's own English is not among them."""
        return tuple(
            sorted(tag for key, version, tag in self._translations if (key, version) == (protocol.id, protocol.version))
        )

    def __iter__(self) -> Iterator[Protocol]:
        """The latest version of each, by id."""
        return iter(sorted(self._latest.values(), key=lambda protocol: protocol.id))
