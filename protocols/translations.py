"""Item texts in a second language: a file beside the first, only where the official wording is free to use.

Nothing but texts is in it; rules, bands and answers stay those of the protocol file, so a translation can never change
a result. It belongs to one version, and covers all of it or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from protocols.binding import FAULTY, bind
from protocols.model import Item, Protocol, Source
from protocols.yamltree import Finding, compose

FOLDER = "translations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A translation file."""

    format: Annotated[Literal[1], "Version of this file format."]
    of: Annotated[str, "Id of the protocol."]
    version: Annotated[str, "Version of the protocol file whose texts these are."]
    language: Annotated[str, "Language tag, such as es."]
    source: Annotated[Source, "Whose official wording this is."]
    terms: Annotated[str, "What may be done with this wording."]
    title: Annotated[str | None, "The official title in this language; left out where there is none."] = None
    intro: Annotated[str | None, "Said before the first question."] = None
    items: Annotated[Mapping[str, str], "Text by item id."]
    choices: Annotated[
        Mapping[str, Mapping[str, str]], "Labels by answer, under the name of the shared list or the item's id."
    ] = field(default_factory=dict)

    def label(self, item: Item, value: str | int) -> str | None:
        """The label of an answer; None for yes and no, which belong to the screen's own language."""
        place = item.choices if isinstance(item.choices, str) else item.id
        return self.choices.get(place, {}).get(str(value))


def translation_files(folder: Path) -> list[Path]:
    """The translation files of a library folder, in a fixed order."""
    return [path for path in sorted(folder.rglob("*.yaml")) if FOLDER in path.parts]


def read_translation(path: Path) -> tuple[Translation | None, list[Finding]]:
    """The translation in this file, or every finding that stands against its form."""
    node, found = compose(path.read_text(encoding="utf-8", errors="replace"), str(path))
    if node is None:
        return None, found
    translation = bind(Translation, node, str(path), found)
    return (None, found) if translation is FAULTY or found else (translation, [])


def misfits(translation: Translation, protocol: Protocol | None, file: str) -> list[Finding]:
    """What keeps the translation from fitting its protocol; None is a protocol that is not there."""
    name = f"{translation.of} {translation.version}"
    if protocol is None:
        return [Finding(file, 1, f"there is no {name} to translate", "name the id and version of a protocol file")]
    return [
        Finding(file, 1, problem, "translate all of it, and nothing else") for problem in _gaps(translation, protocol)
    ]


def _gaps(translation: Translation, protocol: Protocol) -> Iterator[str]:
    definition = protocol.definition
    for item in definition.items:
        if item.id not in translation.items:
            yield f"item `{item.id}` has no text"
        for choice in definition.choices_of(item) if item.kind == "choice" else ():
            if translation.label(item, choice.value) is None:
                yield f"answer `{choice.value}` of `{item.id}` has no label"
    if (definition.intro is None) != (translation.intro is None):
        yield "the introduction is on one side only"
    for name in translation.items:
        if name not in {item.id for item in definition.items}:
            yield f"there is no item `{name}`"
