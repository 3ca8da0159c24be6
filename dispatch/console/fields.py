"""What a form holds when it is shown: the texts by field name, and what is wrong with which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dispatch.errors import Fault


@dataclass(frozen=True, slots=True)
class Fields:
    """Given to the templates as `form`. A form shown again after a refusal holds everything that was entered."""

    values: Mapping[str, list[str]]
    errors: Mapping[str, str] = field(default_factory=dict)
    #: before the ids of this form's fields, where a page has several forms with fields of one name
    at: str = ""

    @classmethod
    def again(cls, values: Mapping[str, list[str]], faults: Iterable[Fault]) -> Fields:
        """One problem a field: the first; the next one shows once that is put right."""
        errors: dict[str, str] = {}
        for fault in faults:
            errors.setdefault(fault.field, fault.problem)
        return cls(values, errors)
