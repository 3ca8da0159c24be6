"""What every body and every list has in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from dispatch.contact import is_number

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Body(BaseModel):
    """Unknown fields are errors: a misspelt `weapon` must not become "not asked"."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_enum_values=False)


class Page(BaseModel, Generic[T]):
    """A part of a list. `next` is the cursor that continues it, null at the end."""

    items: list[T]
    next: str | None = None


def _number(text: str) -> str:
    if not is_number(text):
        raise ValueError("must be a telephone number such as +12025550143")
    return text


def _written_out(example: str) -> Callable[[object], object]:
    """A number, also one in quotes, would be read as seconds since 1970: a moment nobody wrote."""

    def check(value: object) -> object:
        if not isinstance(value, str) or not _DAY.match(value):
            raise ValueError(f"must be {example}")
        return value

    return check


def _of_our_time(moment: datetime) -> datetime:
    # Reckoning from the edge of what a clock can show would fail in the middle of a decision.
    if not 2000 <= moment.year < 2100:
        raise ValueError("must lie between the years 2000 and 2100")
    return moment


PhoneNumber = Annotated[
    str, AfterValidator(_number), Field(description="International form.", examples=["+12025550143"], max_length=16)
]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out("a time such as 2026-01-05T12:00:00Z")),
    AfterValidator(_of_our_time),
    # The same moment in another zone would be another override, by an id that nothing finds again.
    AfterValidator(lambda moment: moment.astimezone(UTC)),
]
Day = Annotated[date, BeforeValidator(_written_out("a day such as 2026-01-05"))]
#: Strict: "no" in quotes is a word, and true is no number.
Flag = Annotated[bool, Field(strict=True)]
Hours = Annotated[float, Field(strict=True, gt=0)]


class WindowIn(Body):
    """A time from `from` to `to`, which come as those words: neither may be a name in Python."""

    model_config = ConfigDict(populate_by_name=True)

    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


class WindowOut(BaseModel):
    """Made of a view that has `start` and `end`, and shown as `from` and `to`."""

    model_config = ConfigDict(populate_by_name=True, from_attributes=True)

    start: datetime = Field(serialization_alias="from", validation_alias="start")
    end: datetime = Field(serialization_alias="to", validation_alias="end")


Line = Annotated[str, Field(max_length=200, min_length=1)]
Text = Annotated[str, Field(max_length=20_000, min_length=1)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]
