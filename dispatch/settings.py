"""Settings from the environment or `.env`, prefix `DISPATCH_`. docs/settings.md says what each means; a test agrees.

Nothing is guessed: a name nobody knows, a value that cannot be right, a secret file that cannot be read, a secret given
twice: each stops the start with one sentence that names the setting. A typing mistake must not leave a hotline on a
default.
"""

from __future__ import annotations

import os
import secrets
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from dispatch.clock import SystemClock
from dispatch.errors import Fault, InvalidInput

PREFIX = "DISPATCH_"
#: In the data dir: where the embedded Valkey answers.
VALKEY_SOCKET = "valkey.sock"
#: In the data dir: the secret that `make_secret` made, for whoever was given none.
SECRET_FILE = "secret.key"  # noqa: S105  (the name of the file)
#: Each of these may be given as NAME_FILE instead: the file's content, without the line end, is the value.
SECRETS = ("database_url", "redis_url", "secret_key", "twilio_auth_token", "twilio_auth_token_next")
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def _without_slash(url: str) -> str:
    # Twilio signs the exact URL; a doubled slash makes every webhook a forgery.
    if not url.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    if not urlsplit(url).hostname or any(mark in url for mark in "?#"):
        raise ValueError("must be an address with a host, and without ? or #: what follows is put behind it")
    return url.rstrip("/")


def _e164(number: str) -> str:
    if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit() and 8 <= len(number) <= 16):
        raise ValueError("must be in international form, such as +12025550100")
    return number


def _e164_each(numbers: str) -> str:
    for number in numbers.split():
        _e164(number)
    return numbers


Url = Annotated[str, AfterValidator(_without_slash)]
PhoneNumber = Annotated[str, AfterValidator(_e164)]
#: Parted by spaces.
PhoneNumbers = Annotated[str, AfterValidator(_e164_each)]


class Settings(BaseSettings):
    """What one process was started with. Immutable; every process of one service is given the same."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    #: The record. None: SQLite in the data dir.
    database_url: SecretStr | None = None
    #: The queue. None: an embedded Valkey on a Unix socket in the data dir.
    redis_url: SecretStr | None = None
    data_dir: Path = Path("var")
    #: Seals personal columns and signs cookies. None: `up` makes one in the data dir and keeps it.
    secret_key: SecretStr | None = Field(None, min_length=32)
    #: The address Twilio and people reach us at: what Twilio signs. None: http://HOST:PORT.
    public_url: Url | None = None
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    #: Web processes that share the port: one alone is bound by the interpreter's lock.
    api_processes: int = Field(2, ge=1, le=64)
    #: rq worker processes that `up` keeps running.
    workers: int = Field(1, ge=1, le=64)

    twilio_account_sid: str | None = Field(None, pattern=r"^AC[0-9a-f]{32}$")
    twilio_auth_token: SecretStr | None = None
    #: Accepted on webhooks beside the first, so that a token can be rotated without losing a reply.
    twilio_auth_token_next: SecretStr | None = None
    twilio_from: PhoneNumber | None = None
    twilio_messaging_service_sid: str | None = Field(None, pattern=r"^MG[0-9a-f]{32}$")
    #: What else pages may come from: the numbers of the messaging service, which nobody can read off its SID.
    twilio_senders: PhoneNumbers | None = None
    twilio_api_base: Url = "https://api.twilio.com"

    policy_file: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    #: `BASE|REFERENCE|SPEED`, for rehearsals: see dispatch.clock. None: real time.
    clock: str | None = None
    #: Set by `dispatch demo`: a banner on every page, no password, no real provider.
    demo: bool = False

    #: Setting -> where its value came from (a sentence for `doctor`); a setting left on its default is absent.
    origins: dict[str, str] = Field({}, repr=False)

    @field_validator("clock")
    @classmethod
    def _clock_can_be_read(cls, text: str | None) -> str | None:
        try:
            clock = SystemClock.parse(text)
        except ValueError as error:
            raise ValueError("must be BASE|REFERENCE|SPEED: two times with a zone and a number") from error
        if any(time is not None and time.tzinfo is None for time in (clock.base, clock.reference)) or clock.speed <= 0:
            raise ValueError("needs times with a zone and a speed above 0")
        return text

    @model_validator(mode="after")
    def _demo_stays_on_this_machine(self) -> Self:
        provider = urlsplit(self.twilio_api_base).hostname
        # By the machine, not by the provider's usual name: it has others, one a region.
        if self.demo and provider not in _THIS_MACHINE and self.twilio_auth_token is not None:
            raise ValueError("DISPATCH_DEMO would page real phones: give the stand-in as DISPATCH_TWILIO_API_BASE")
        if self.demo and self.host not in _THIS_MACHINE:
            raise ValueError("DISPATCH_DEMO opens without a password: DISPATCH_HOST must be this machine's 127.0.0.1")
        return self

    @property
    def record_url(self) -> str:
        """The record's SQLAlchemy URL. Never print it: it may hold a password."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.absolute() / 'record.db'}"
        url = self.database_url.get_secret_value()
        scheme, separator, rest = url.partition("://")
        # What every PostgreSQL tool writes; without the driver's name SQLAlchemy would look for psycopg 2.
        return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else url

    @property
    def queue_url(self) -> str:
        """The queue's Redis URL. Never print it: it may hold a password."""
        if self.redis_url is None:
            return f"unix://{self.data_dir.absolute() / VALKEY_SOCKET}"
        return self.redis_url.get_secret_value()

    @property
    def senders(self) -> tuple[str, ...]:
        """Every number that texts and calls of ours come from, as far as we were told."""
        return tuple(dict.fromkeys([*filter(None, [self.twilio_from]), *(self.twilio_senders or "").split()]))

    @property
    def address(self) -> str:
        """Where people and Twilio reach this service, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def shown(self) -> list[tuple[str, str, str]]:
        """(environment name, value fit for a screen, where it came from) of every setting; a secret is only `set`."""
        return [(PREFIX + n.upper(), self._fit_for_screen(n), self.origins.get(n, "default")) for n in names()]

    def _fit_for_screen(self, name: str) -> str:
        value = getattr(self, name)
        if value is None:
            return "-"
        return "set" if isinstance(value, SecretStr) else str(value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - a folder of secrets; ours are named one by one
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Most telling first: what the caller gave, the environment, `.env`."""
        return (
            _Traced(settings_cls, init_settings, "command line"),
            _Traced(settings_cls, env_settings, "environment"),
            _Traced(settings_cls, dotenv_settings, ".env"),
        )


class _Traced(PydanticBaseSettingsSource):
    """One source of values that also reads NAME_FILE, refuses unknown names and notes where each value came from."""

    def __init__(self, settings_cls: type[BaseSettings], inner: PydanticBaseSettingsSource, origin: str) -> None:
        super().__init__(settings_cls)
        self.inner = inner
        self.origin = origin

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self.inner.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        # A raw .env source answers with unknown names too; those are refused below with a better sentence.
        values = {name: value for name, value in self.inner().items() if name in names()}
        origins = dict.fromkeys(values, self.origin)
        if isinstance(self.inner, EnvSettingsSource):
            given = {n.upper(): v for n, v in self.inner.env_vars.items() if n.upper().startswith(PREFIX) and v}
            _refuse_unknown(given)
            for name in SECRETS:
                variable = f"{PREFIX}{name.upper()}_FILE"
                if path := given.get(variable):
                    if name in values:
                        raise _wrong(variable, f"is given beside {variable.removesuffix('_FILE')}: keep one")
                    values[name] = _read_secret(variable, Path(path))
                    origins[name] = f"file {path}"
        return values | {"origins": origins}


def names() -> list[str]:
    """Every setting, as a Python name, in the order it is documented."""
    return [name for name in Settings.model_fields if name != "origins"]


def load(env_file: Path | None = Path(".env"), **given: object) -> Settings:
    """The settings of this process. `given` (a command's own options; None is "not given") wins over the environment.

    Raises InvalidInput that names each wrong setting and never shows its value.
    """
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if env_file is not None and env_file.is_file():
        _must_be_readable(env_file)
    try:
        return with_own_secret(Settings(_env_file=env_file, **chosen))
    except ValidationError as error:
        faults = [
            Fault(PREFIX + str(e["loc"][0]).upper() if e["loc"] else "settings", e["msg"].removeprefix("Value error, "))
            for e in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        # `from None`: the original carries the values.
        raise InvalidInput("; ".join(f"{f.field} {f.problem}" for f in faults), faults) from None


def make_secret(data_dir: Path) -> Path:
    """The file with the secret that seals personal columns; made on the first day, kept for ever. Back it up."""
    path = data_dir.absolute() / SECRET_FILE
    # Written whole under another name first: half a secret would seal what nobody can open again.
    if not path.exists():
        half = path.with_suffix(".new")
        file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(file, f"{secrets.token_urlsafe(48)}\n".encode())
        os.fsync(file)
        os.close(file)
        half.rename(path)
    return path


def with_own_secret(settings: Settings) -> Settings:
    """With the secret that was made in the data dir, where none was given: every process and command seals with it."""
    path = settings.data_dir / SECRET_FILE
    if settings.secret_key is not None or not path.is_file():
        return settings
    own = SecretStr(_read_secret(f"{PREFIX}SECRET_KEY", path))
    origins = {**settings.origins, "secret_key": f"file {path}"}
    return settings.model_copy(update={"secret_key": own, "origins": origins})


def _refuse_unknown(given: dict[str, str]) -> None:
    known = [PREFIX + n.upper() for n in names()] + [f"{PREFIX}{n.upper()}_FILE" for n in SECRETS]
    for variable in sorted(given.keys() - known):
        near = get_close_matches(variable, known, n=1)
        raise _wrong(variable, f"is no setting; did you mean {near[0]}?" if near else "is no setting")


def _must_be_readable(env_file: Path) -> None:
    """Every line of it: the library warns of one it cannot read, and goes on without what it was to set."""
    try:
        with env_file.open(encoding="utf-8") as text:
            wrong = [line.original.line for line in parse_stream(text) if line.error]
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(env_file), f"cannot be read ({type(error).__name__})") from None
    if wrong:
        raise _wrong(str(env_file), f"line {wrong[0]} cannot be read: write NAME=value")


def _read_secret(variable: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(variable, f"cannot be read: {path} ({type(error).__name__})") from None
    if not text:
        raise _wrong(variable, f"is empty: {path}")
    return text


def _wrong(variable: str, problem: str) -> InvalidInput:
    return InvalidInput(f"{variable} {problem}", [Fault(variable, problem)])
