"""Whether an unsafe request that carries a cookie comes from one of our own pages.

Two proofs, each enough against a different mistake: the browser's own word for where the request comes from (which no
page of somebody else can change), and a token that only our pages know. Requests with a bearer token need neither: no
browser adds that by itself.

Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet; Fetch Metadata, W3C.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request

from dispatch.errors import NotAllowed, OutOfDate

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def token_of(session: str) -> str:
    """The session's token: made of its secret, so it needs no storage and dies with it."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()[:40]


def from_our_pages(request: Request, public_url: str) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    seen = urlsplit(origin)
    known = urlsplit(public_url)
    return (seen.scheme, seen.netloc) == (known.scheme, known.netloc) or seen.netloc == request.headers.get("host")


async def check(request: Request, session: str, public_url: str) -> None:
    """Raises NotAllowed when an unsafe request with a session cookie may be somebody else's page at work, and OutOfDate
    when the page is ours and its token is not this session's."""
    if request.method in SAFE:
        return
    if not from_our_pages(request, public_url):
        raise NotAllowed("This request did not come from one of this service's own pages.")
    given = request.headers.get(HEADER) or await _field(request)
    if not hmac.compare_digest(token_of(session).encode(), given.encode()):
        raise OutOfDate("The form is out of date: load the page again.")


async def _field(request: Request) -> str:
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return ""
    form: FormData = await request.form()
    value = form.get(FIELD)
    return value if isinstance(value, str) else ""
