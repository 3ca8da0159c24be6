"""What every body and every list has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from dispatch.contact import is_number

T = TypeVar("T")


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


def _only_text(value: object) -> object:
    # A number would be read as seconds since 1970: a moment nobody wrote.
    if not isinstance(value, str | datetime):
        raise ValueError("must be a time such as 2026-01-05T12:00:00Z")  # noqa: TRY004 - pydantic reports ValueError
    return value


def _of_our_time(moment: datetime) -> datetime:
    # Reckoning from the edge of what a clock can show would fail in the middle of a decision.
    if not 2000 <= moment.year < 2100:
        raise ValueError("must lie between the years 2000 and 2100")
    return moment


PhoneNumber = Annotated[
    str, AfterValidator(_number), Field(description="International form.", examples=["+12025550143"], max_length=16)
]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_of_our_time)]


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

Team = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="One team; all of yours without.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]
