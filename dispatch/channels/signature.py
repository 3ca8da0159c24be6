"""Whether a webhook comes from Twilio: the signature over the public address and every field.

The address that counts is the one Twilio was given, not the one this process sees: behind a proxy the two differ in
scheme, host and port. So it is rebuilt from PUBLIC_URL, and never from headers, which anybody can send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"

Fields = Mapping[str, str | Sequence[str]]


class Signatures:
    """Checks webhooks for one account. `next_token` is accepted too, so that a token can be changed without a gap."""

    def __init__(self, public_url: str, token: str, next_token: str | None = None) -> None:
        self._public_url = public_url.rstrip("/")
        self._prefix = urlsplit(self._public_url).path
        self._validators = [RequestValidator(secret) for secret in (token, next_token) if secret]

    def genuine(self, path: str, query: str, fields: Fields, signature: str | None) -> bool:
        """`path` and `query` as received, undecoded; `fields` the decoded form, each value a text or all its texts."""
        if not signature:
            return False
        url = self.url(path, query)
        form = _Form(fields)
        return any(bool(validator.validate(url, form, signature)) for validator in self._validators)

    def url(self, path: str, query: str) -> str:
        """The address as Twilio knows it. A proxy may have cut the prefix of PUBLIC_URL off, or left it on."""
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path.removeprefix(self._prefix)
        return f"{self._public_url}{path}" + (f"?{query}" if query else "")


class _Form:
    """A form as the SDK wants it: one that gives all values of a repeated field."""

    def __init__(self, fields: Fields) -> None:
        self._values = {name: [value] if isinstance(value, str) else list(value) for name, value in fields.items()}

    def __iter__(self) -> object:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def getlist(self, name: str) -> list[str]:
        return self._values[name]
