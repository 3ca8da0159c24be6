"""What somebody entered, kept through a sign-in or a failure and sent again by one press.

A sign-in ends in the middle of a call, the record is away for a moment: whoever wrote down what a person in danger told
them must not have to ask it twice. It goes to the browser and back and is stored nowhere here; the form's own key still
makes one contact of two tries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from dispatch.http.forgery import FIELD, from_our_pages

#: A path of our own, with what follows a question mark: nobody is carried to a stranger's page.
OWN = re.compile(r"/[a-z0-9][A-Za-z0-9/_-]*(\?[A-Za-z0-9_=&%.:+-]*)?")
#: Whoever has signed in again does not want to be signed out by it.
_NEVER = {"/sign-out"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form's texts by name, without its token, and the path of our own it goes to. A file is not kept."""

    to: str
    values: Mapping[str, list[str]]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(name, text) for name, texts in self.values.items() for text in texts]

    def as_text(self) -> str:
        """For one hidden field; `read` has it back."""
        return json.dumps([self.to, self.values], ensure_ascii=False)


def address(request: Request) -> str:
    """The path a request asks for, with its query where that is one of ours."""
    path = request.url.path
    whole = f"{path}?{request.url.query}" if request.url.query else path
    return whole if OWN.fullmatch(whole) else path


async def of(request: Request, public_url: str) -> Kept | None:
    """What this request brings in a form of one of our own pages; None for any other, and never a password."""
    sent_as = request.headers.get("content-type", "")
    if request.method != "POST" or not sent_as.startswith(_FORMS) or not from_our_pages(request, public_url):
        return None
    try:
        form = await request.form()
    except HTTPException:
        return None
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if name != FIELD and isinstance(value, str):
            found.setdefault(name, []).append(value)
    return None if "password" in found else _checked(address(request), found)


def read(text: str | None) -> Kept | None:
    """None for anything that `as_text` did not write."""
    try:
        to, values = json.loads(text or "")
    except (ValueError, TypeError):
        return None
    return _checked(to, values)


def _checked(to: object, values: object) -> Kept | None:
    if not isinstance(to, str) or not OWN.fullmatch(to) or to in _NEVER or not isinstance(values, dict):
        return None
    texts = all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in values.values())
    return Kept(to, values) if texts else None
