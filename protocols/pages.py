"""The documentation pages of the library, written from the files, so that a page can never say another rule.

`python -m protocols.pages docs/protocols` writes them; a test fails when they are stale.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from protocols import schema
from protocols.conditions import words
from protocols.formwords import ENGLISH
from protocols.inwords import measure_words, rule_rows, within
from protocols.loader import Library
from protocols.model import Item, Protocol

WORDING = {
    "published": "the published wording",
    "paraphrase": "a paraphrase, not the published wording",
    "codes_only": "codes only, no item text",
    "own": "our own plain facts",
}

USES = {
    "screen": "Decides urgency by the policy.",
    "context": "Stands beside other results; has no urgency of its own.",
    "scale": "A person decides the code; it is recorded with its published time.",
    "safety": "For the people who are sent.",
}


def pages(library: Library) -> dict[str, str]:
    """File name and text of every generated file, the index and the JSON Schema included."""
    made = {f"{protocol.id}.md": page(protocol, library.languages(protocol)) for protocol in library}
    return {"README.md": index(library), "protocol.schema.json": schema.published(), **made}


def index(library: Library) -> str:
    """The table of all protocols."""
    rows = [
        (f"[{each.id}]({each.id}.md)", each.title, each.definition.use, WORDING[each.definition.licence.wording])
        for each in library
    ]
    return "\n".join(
        [
            "# Protocols",
            "",
            ENGLISH.caution,
            "",
            'A gap is never read as "no": with anything unanswered the result shows the least (floor) and the most',
            "(ceiling) worrying reading, and is marked incomplete.",
            "",
            *_table(("id", "instrument", "use", "item texts"), rows),
            "",
            "How to add one of your own: [writing-your-own.md](writing-your-own.md). The format as a JSON Schema:",
            "[protocol.schema.json](protocol.schema.json).",
            "",
        ]
    )


def page(protocol: Protocol, languages: tuple[str, ...] = ()) -> str:
    """The page of one protocol: items, rule, bands, source, licence, limits and doubts."""
    d = protocol.definition
    parts = [
        f"# {d.title}",
        "",
        f"`{d.id}`, version {d.version}, in force from {d.in_force}. {USES[d.use]}",
        "",
        f"**For whom:** {d.population}" + (f" **Given by:** {d.given_by}" if d.given_by else ""),
        "",
        "## Items",
        "",
        *([f"*{d.intro}*", ""] if d.intro else []),
        f"Item texts are {WORDING[d.licence.wording]}."
        + (f" Also in: {', '.join(languages)} (official wording)." if languages else ""),
        "Every item may also be `refused` or `unable`.",
        "",
        *_table(("item", "text", "answers", "asked", "LOINC"), [_item_row(protocol, item) for item in d.items]),
        "",
        "## Rule",
        "",
        *([f"- {measure_words(name, measure)}" for name, measure in d.measures.items()] + [""] if d.measures else []),
        "Tried from the top; the first that holds gives the band.",
        "",
        *_table(("band", "when"), [(f"`{band}`", when) for band, when in rule_rows(protocol)]),
        "",
        "## Bands, least worrying first",
        "",
        *_table(
            ("band", "reads", "published action", "respond within", "LOINC"),
            [
                (f"`{band.id}`", band.words, band.action or "", within(band.respond_within), band.loinc or "")
                for band in d.bands
            ],
        ),
        "",
        *_flags(protocol),
        *_list("What it cannot do", (*d.limits, ENGLISH.caution)),
        *_list("What is uncertain", d.uncertain),
        *_list("Where a worse answer can lower the result", () if d.monotonic is True else (str(d.monotonic),)),
        *_sources(protocol),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _item_row(protocol: Protocol, item: Item) -> tuple[str, ...]:
    answers = "<br>".join(
        f"`{choice.value}` {choice.label}" if str(choice.value) != choice.label.lower() else f"`{choice.value}`"
        for choice in protocol.definition.choices_of(item)
    )
    if item.kind == "integer":
        answers = f"{item.least} to {item.most}"
    text = item.text + (f" ({item.hint})" if item.hint else "") + (" *Needs to be seen.*" if item.in_person else "")
    return f"`{item.id}`", text, answers, words(item.ask) if item.ask is not None else "always", item.loinc or ""


def _flags(protocol: Protocol) -> list[str]:
    rows = []
    for name, flag in protocol.definition.flags.items():
        if flag.of_band is not None:
            rows.append((f"`{name}`", flag.words, "the band's published time"))
        elif flag.when is not None:
            rows.append((f"`{name}`", flag.words, f"true when {words(flag.when)}"))
        else:
            cases = (
                f"`{case.value}` when {words(case.when)}" if case.when is not None else f"else `{case.value}`"
                for case in flag.cases or ()
            )
            rows.append((f"`{name}`", flag.words, "; ".join(cases)))
    return ["## Flags", "", *_table(("flag", "means", "value"), rows), ""] if rows else []


def _sources(protocol: Protocol) -> list[str]:
    d = protocol.definition
    read = f" Read at: {'; '.join(d.source.read)}." if d.source.read else ""
    notice = [f"> {d.licence.notice}", ""] if d.licence.notice else []
    apart = " This file is not under the project's own licence." if d.licence.separate else ""
    codes = d.loinc
    loinc = [f"LOINC panel {codes.panel}." if codes and codes.panel else "No LOINC code for the whole.", ""]
    return [
        "## Source and licence",
        "",
        f"{d.source.citation}.{read}",
        "",
        f"{d.licence.holder}. {d.licence.terms}{apart}",
        "",
        *notice,
        *loinc,
    ]


def _list(title: str, lines: tuple[str, ...]) -> list[str]:
    return [f"## {title}", "", *(f"- {line}" for line in lines), ""] if lines else []


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    def row(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [row(head), row(tuple("---" for _ in head)), *(row(cells) for cells in rows)]


def write(folder: Path) -> None:
    """Writes every generated file into the folder."""
    for name, text in pages(Library.shipped()).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
