"""Skills that a case may ask for. Any word may be one; a word nobody has is more likely a slip of the keyboard.

A typo must not silently make a case one that nobody fits, so whoever typed it is told what was perhaps meant. It is
never put right by itself: a new skill begins with one person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

#: Those the field names; a site may add its own.
SKILLS = (
    "psychosis",
    "perinatal",
    "veteran",
    "intellectual_developmental_disability",
    "domestic_violence",
    "substance_use",
)
#: How alike two words must be to suggest one for the other; `perinatl` and `perinatal` are, `veteran` is like neither.
ALIKE = 0.75


def nearest(skill: str, known: Collection[str]) -> str | None:
    """What was perhaps meant; None when nothing is like it."""
    others = sorted({*SKILLS, *known} - {skill})
    return next(iter(get_close_matches(skill.casefold(), others, 1, ALIKE)), None)


def unmet(asked: Collection[str], held: Collection[str]) -> tuple[str, ...]:
    """For an operator: skills a contact asks for and nobody of the team has."""
    return tuple(
        f"Nobody in the team has the skill {skill}{f'. Was {like} meant?' if like else ': it will be given up.'}"
        for skill in sorted(set(asked) - set(held))
        for like in [nearest(skill, held)]
    )


def doubtful(held: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """For whoever imports a roster (person -> skills): words that only one person has and that are nearly another."""
    count: dict[str, int] = {}
    for skills in held.values():
        for skill in skills:
            count[skill] = count.get(skill, 0) + 1
    return tuple(
        f"{person}: the skill {skill} is nobody else's; was {like} meant?"
        for person, skills in sorted(held.items())
        for skill in sorted(skills)
        if skill not in SKILLS and count[skill] == 1 and (like := nearest(skill, count))
    )
