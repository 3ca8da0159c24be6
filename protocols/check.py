"""The checker behind `protocols check`: everything loading checks, and what has to be tried out.

    examples        each is scored and compared with what the file says it gives
    rules           one that no interview reaches, because those above it take every case
    bands           one that nothing leads to, and complete interviews that have no band
    monotonic       claimed, but a worse answer lowered the band

Where there are few interviews all are tried; else a fixed draw, so that the same file always gets the same verdict,
within the time of a save in an editor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from protocols.bands import place
from protocols.engine import read_answers, score
from protocols.errors import InvalidAnswer, UnknownProtocol
from protocols.interviews import Interview, are_few, drawn, every
from protocols.known import State
from protocols.loader import Library, files_in, read
from protocols.model import Example, Protocol
from protocols.program import Program, compiled
from protocols.translations import FOLDER, Translation, misfits, read_translation, translation_files
from protocols.wellformed import line_at
from protocols.yamltree import Fault, Finding, compose

DRAWS = 1000


def check(paths: Iterable[Path]) -> list[Finding]:
    """Every finding in these files and folders, in order of file and line; none means all is well."""
    paths = list(paths)
    seen: dict[tuple[str, str], Protocol] = {}
    found = [
        Finding(str(path), 1, "there is no such file", "name a file or folder that exists")
        for path in paths
        if not path.exists()
    ]
    for file in [file for path in paths for file in _files(path, translations=False)]:
        protocol, faults = read(file)
        found += faults
        if protocol is None:
            continue
        key = (protocol.id, protocol.version)
        if key in seen:
            problem = f"{protocol.id} {protocol.version} is already in {seen[key].path}"
            found.append(Finding(str(file), 1, problem, "give this file a new version"))
        seen[key] = protocol
        found += tried(protocol, file)
    for file in [file for path in paths for file in _files(path, translations=True)]:
        translation, faults = read_translation(file)
        found += faults
        if translation is not None:
            original = seen.get((translation.of, translation.version)) or _shipped(translation)
            found += misfits(translation, original, str(file))
    return sorted(found, key=lambda finding: (finding.file, finding.line))


def _files(path: Path, translations: bool) -> list[Path]:
    if path.is_dir():
        return translation_files(path) if translations else files_in(path)
    return [path] if path.exists() and (FOLDER in path.parts) is translations else []


def _shipped(translation: Translation) -> Protocol | None:
    """The shipped protocol a site's translation may belong to."""
    try:
        return Library.shipped().get(translation.of, translation.version)
    except UnknownProtocol:
        return None


def tried(protocol: Protocol, file: Path) -> list[Finding]:
    """What only trying out shows, for a file that loads."""
    root, _ = compose(file.read_text(encoding="utf-8"), str(file))
    assert root is not None, "it was read a moment ago"
    program = compiled(protocol)
    faults = [*_examples(protocol), *_coverage(program), *_monotony(protocol, program)]
    return [Finding(str(file), line_at(root, path), problem, instead) for path, problem, instead in faults]


def _examples(protocol: Protocol) -> Iterator[Fault]:
    for number, example in enumerate(protocol.definition.examples):
        here = ("examples", number)
        try:
            got = score(protocol, example.answers).as_json()
        except InvalidAnswer as refused:
            if refused.item != example.error:
                yield (
                    (*here, "answers"),
                    f"{example.name}: {refused.detail}",
                    f"mend it, or write error: {refused.item}",
                )
            continue
        yield from _differences(example, got, here)


def _differences(example: Example, got: dict[str, object], here: tuple[str | int, ...]) -> Iterator[Fault]:
    if example.error is not None:
        problem = f"{example.name}: `{example.error}` was accepted"
        yield (*here, "error"), problem, "take error out, or give an impossible answer"
    for key, expected in example.gives.items():
        if got[key] != expected:
            yield (
                (*here, "gives", key),
                f"{example.name}: {key} is {got[key]}, the file says {expected}",
                (f"write {key}: {got[key]} if the rule is right, else mend the rule"),
            )


def _coverage(program: Program) -> Iterator[Fault]:
    whole = are_few(program)
    random = Random(0)
    interviews = every(program) if whole else (drawn(program, random) for _ in range(DRAWS))
    fired: set[int] = set()
    given: set[int] = set()
    without: Interview | None = None
    for interview in interviews:
        state = _state(program, interview)
        band, _ = place(program, state)
        if band is None:
            without = without or interview
        else:
            given.add(band)
        fired |= _first(program, state)
    if without is not None:
        told = ", ".join(f"{item}: {answer}" for item, answer in without.items())
        yield ("rules",), f"no band for {{{told}}}", "add a rule for it, or a last rule without `when`"
    if whole:
        for number in range(len(program.rules)):
            if number not in fired:
                yield ("rules", number), "no interview reaches this rule", "move it up, or take it out"
    elsewhere = {band for _, _, band in program.ranges} | {band for band, _ in program.rules}
    for number, name in enumerate(program.bands):
        if number not in given and (whole or number not in elsewhere):
            yield ("bands", number), f"nothing leads to the band `{name}`", "add a rule for it, or take it out"


def _state(program: Program, interview: Interview) -> State:
    state = read_answers(program, interview)[0]
    for measure in program.measures:
        measure(state)
    return state


def _first(program: Program, state: State) -> set[int]:
    """The rule that gives the band, as a set of none or one."""
    for number, (_, rule) in enumerate(program.rules):
        if rule is None or rule.test(state):
            return {number}
    return set()


def _monotony(protocol: Protocol, program: Program) -> Iterator[Fault]:
    if not program.monotonic:
        return
    random = Random(0)
    for _ in range(DRAWS):
        interview = drawn(program, random)
        item = random.choice([each for each in program.items if each.id in interview])
        worse = random.choice(item.values[item.values.index(interview[item.id]) :])
        other = drawn(program, random, {**interview, item.id: worse})
        before, after = (place(program, _state(program, each))[0] for each in (interview, other))
        if before is not None and after is not None and after < before:
            problem = (
                f"`{item.id}` from {interview[item.id]} to the more worrying {worse} lowers the band from "
                f"`{protocol.bands[before].id}` to `{protocol.bands[after].id}`"
            )
            yield ("monotonic",), problem, "order the answers or the bands by worry, or say in a sentence why it can"
            return
