"""Settings: what can be said of them without asking anybody."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from dispatch.cli.checks.finding import Finding, note, ok, red
from dispatch.settings import SECRET_FILE, Settings
from dispatch.wording import LONGEST_PUBLIC_URL

_HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104  (only compared with)


def check(given: Settings) -> Iterator[Finding]:
    yield ok("settings", f"{len(given.origins)} given, the rest on their defaults")
    yield public_url(given)
    yield from _secret(given)
    yield from _files(given)
    if given.clock is not None:
        yield red("service clock", "it runs at the pace of a rehearsal", "unset DISPATCH_CLOCK")
    if given.demo:
        yield red("demo", "pages open without a password", "unset DISPATCH_DEMO; `dispatch demo` sets it by itself")


def public_url(given: Settings) -> Finding:
    """Twilio signs it, texts carry it, phones open it."""
    url = given.public_url
    mend = "set DISPATCH_PUBLIC_URL to the https address of the proxy in front of this service"
    if url is None:
        return red("public address", f"none is set: outside this machine nobody reaches {given.address}", mend)
    if not url.startswith("https://"):
        return red("public address", f"{url} is not encrypted: passwords and names would travel in the open", mend)
    if urlsplit(url).hostname in _HERE:
        return red("public address", f"{url} means this machine to whoever follows it", mend)
    if len(url) > LONGEST_PUBLIC_URL:
        says = f"{len(url)} characters: a page would not fit one text with its link"
        return red("public address", says, f"choose one of at most {LONGEST_PUBLIC_URL} characters")
    return ok("public address", url)


def _secret(given: Settings) -> Iterator[Finding]:
    if given.secret_key is None:
        mend = "set DISPATCH_SECRET_KEY_FILE, or run `dispatch up`, which makes one"
        yield red("secret key", "there is none: nothing personal can be sealed or read", mend)
    elif given.origins.get("secret_key", "").endswith(SECRET_FILE):
        yield note(
            "secret key",
            f"made by the service, in {given.data_dir / SECRET_FILE}",
            "keep a copy apart from the backups: without it they cannot be read, with it anybody can",
        )
    else:
        yield ok("secret key", f"from {given.origins.get('secret_key', 'the environment')}")


def _files(given: Settings) -> Iterator[Finding]:
    """Secrets that other users of this machine may read."""
    named = [Path(origin.removeprefix("file ")) for origin in given.origins.values() if origin.startswith("file ")]
    env = Path(".env")
    inside = any(given.origins.get(name) == ".env" for name in ("secret_key", "twilio_auth_token", "database_url"))
    for file in dict.fromkeys([*named, *([env] if inside else [])]):
        # Mounted secrets (compose, Kubernetes) are readable by all inside a container that has one user.
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077 and not file.is_relative_to("/run/secrets"):
            yield red("secret files", f"others on this machine can read {file}", f"chmod 600 {file}")
