"""What the provider tells us: texts, delivery reports, and what a call should say. Signed, kept, answered, and only
then acted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from dispatch import logs
from dispatch.access import system
from dispatch.api import metrics
from dispatch.errors import NotAllowed, ServiceError
from dispatch.flow import inbound, reports
from dispatch.flow.service import Service
from dispatch.http.lane import Lane
from dispatch.http.signin import Svc
from dispatch.http.threads import quickly

router = APIRouter(prefix="/twilio", tags=["webhooks"])
log = logs.get(__name__)

PROVIDER = system("provider")
_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_HANG_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
Form = dict[str, str]


class Signatures(Protocol):
    """Whether a webhook is the provider's own; see `dispatch.channels.signature`."""

    def genuine(
        self, path: str, query: str, fields: Mapping[str, str | Sequence[str]], signature: str | None
    ) -> bool: ...


async def signed(request: Request, svc: Svc) -> Form:
    """The form of a webhook whose signature holds. Raises NotAllowed, after counting and alarming, for any other."""
    form = await request.form()
    texts = {name: [v for v in form.getlist(name) if isinstance(v, str)] for name in form}
    fields = {name: values[0] for name, values in texts.items() if values}
    signatures: Signatures | None = request.app.state.signatures
    path = request.scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0]
    query = request.scope["query_string"].decode("ascii", "replace")
    genuine = signatures is not None and signatures.genuine(
        path, query, texts, request.headers.get("x-twilio-signature")
    )
    if not genuine:
        metrics.BAD_SIGNATURES.inc()
        ours = request.app.state.settings.twilio_account_sid
        sender = fields.get("From") or (request.client.host if request.client else "")
        await quickly(_alarm, svc, sender, ours is not None and fields.get("AccountSid") == ours)
        raise NotAllowed("The signature does not belong to this request.")
    return fields


def _alarm(svc: Service, sender: str, ours: bool) -> None:
    try:
        inbound.bad_signature(PROVIDER, svc, sender, account_is_ours=ours)
    except ServiceError:
        log.exception("bad_signature_not_alarmed")


Signed = Annotated[Form, Depends(signed)]


def _kept(request: Request, svc: Service, source: Literal["sms", "voice"], form: Form) -> str:
    token = request.headers.get("i-twilio-idempotency-token")
    return inbound.take_in(PROVIDER, svc, source, form, token, dict(request.query_params)).inbox_id


def _act_on(svc: Service, inbox_id: str) -> None:
    """After the answer. Whatever goes wrong, the arrival is kept and the sweeper takes it up again."""
    try:
        inbound.process(PROVIDER, svc, inbox_id)
    except Exception:
        log.exception("arrival_not_processed", inbox=inbox_id)


class Reports:
    """Delivery reports come in crowds, two or three a page: they are kept, and acted on, together."""

    def __init__(self, svc: Service) -> None:
        self.taken_in: Lane[inbound.Webhook, str | None] = Lane(partial(inbound.take_in_reports, PROVIDER, svc))
        # Nobody waits for it.
        self.acted_on: Lane[str, None] = Lane(partial(_act_on_all, svc), patience=None)


def _act_on_all(svc: Service, inbox_ids: Sequence[str]) -> Sequence[None]:
    try:
        reports.act_on(PROVIDER, svc, inbox_ids)
    except Exception:
        if len(inbox_ids) > 1:  # each is tried alone
            raise
        log.exception("arrival_not_processed", inbox=inbox_ids[0])
    return [None] * len(inbox_ids)


@router.post("/sms")
def sms(request: Request, form: Signed, svc: Svc) -> Response:
    """A text from a person's phone. The answer to it leaves by itself, never in this response."""
    inbox_id = _kept(request, svc, "sms", form)
    return Response(_EMPTY, media_type="text/xml", background=BackgroundTask(_act_on, svc, inbox_id))


@router.post("/status", status_code=204)
async def status(request: Request, form: Signed) -> Response:
    """How far a text or call got: late, twice or out of order."""
    crowd: Reports = request.app.state.reports
    token = request.headers.get("i-twilio-idempotency-token")
    left = await crowd.taken_in.do(inbound.Webhook("status", form, token, dict(request.query_params)))
    return Response(status_code=204, background=BackgroundTask(crowd.acted_on.do, left) if left else None)


@router.post("/voice")
def voice(request: Request, form: Signed, svc: Svc) -> Response:
    """A call of ours was answered, or a key pressed: what is said next."""
    inbox_id = _kept(request, svc, "voice", form)
    return Response(inbound.process(PROVIDER, svc, inbox_id) or _HANG_UP, media_type="text/xml")
