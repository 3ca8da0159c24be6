"""The phones in a process of their own, as a provider is: `python -m tests.bench.phones LATENCY`.

Speaks JSON, a line each: its address first; then, for each line it is given, every text it was asked to send so far as
[second of the wall clock when the request was whole, code of the case].
"""

from __future__ import annotations

import json
import sys

from dispatch.demo.phones.carrier import Account
from dispatch.demo.phones.server import PhoneServer
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

#: Of a page: CRISIS PAGE K7Q ...
_CODE_AFTER = "PAGE"


def serve(latency: float) -> None:
    with PhoneServer(Account(ACCOUNT_SID, AUTH_TOKEN, (OUR_NUMBER,)), latency=latency) as phones:
        _say({"url": phones.url})
        for _ in sys.stdin:
            with phones.network.changed:
                texts = [(m.created_at.timestamp(), code_in(m.body)) for m in phones.network.messages.values()]
                _say({"texts": texts, "asked": phones.network.asked, "refused": phones.webhooks.refused})


def code_in(body: str) -> str:
    """The case a text is about; "" when it is no page."""
    words = body.split()
    return words[words.index(_CODE_AFTER) + 1] if _CODE_AFTER in words else ""


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(float(sys.argv[1]))
