"""Sealing personal fields: AES-256-GCM under a data key per person, bound to the place where the value is stored.

Two layers. A data key seals one person's fields and lies, wrapped by a master key, in `data_keys`; destroying the
`wrapped` there forgets the person, whatever ciphertext remains. The associated data of a field is its header, table,
column and row id, so a value moved to another row, column or table does not open.

Seal before `Record.write()` and open after it: the write lock is everyone's, and no one should wait for arithmetic.
"""

from __future__ import annotations

import hmac
import json
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatch.errors import Forgotten, Unreadable
from dispatch.store.keyring import Keyring
from dispatch.store.sealedbytes import HEADER_BYTES, KEY_ID_BYTES, NONCE_BYTES, VERSION, SealedBytes

__all__ = ["DataKey", "SealedBytes", "Sealer"]


@dataclass(frozen=True, slots=True)
class DataKey:
    """One person's key as `data_keys` holds it. `wrapped` is None once it has been destroyed."""

    id: str
    wrapped: bytes | None


class Sealer:
    """Seals and opens fields. Safe to share between threads; remembers at most `cache` unwrapped keys: each holds some
    4 KB in the library, and unwrapping one again takes microseconds."""

    def __init__(self, keyring: Keyring, cache: int = 256) -> None:
        self._keyring = keyring
        self._cache = cache
        self._open_keys: OrderedDict[str, AESGCM] = OrderedDict()
        self._lock = Lock()

    def new_subject_key(self) -> DataKey:
        """A fresh key for one person. Store it (`data_keys`) in the transaction that stores what it sealed."""
        id_, key = os.urandom(KEY_ID_BYTES), AESGCM.generate_key(256)
        self._remember(id_.hex(), AESGCM(key))
        return DataKey(id_.hex(), self._keyring.wrap(id_, key))

    def seal(self, table: str, column: str, row_id: str, key: DataKey, value: str | Mapping[str, Any]) -> SealedBytes:
        """`value` (text, or a mapping of JSON values) as it may be stored in that row's column, and only there.

        Raises Forgotten when the key was destroyed.
        """
        if not isinstance(value, str | Mapping):
            raise TypeError(f"only text or a mapping can be sealed, not {type(value).__name__}")
        cipher = self._cipher(key)
        header = bytes([VERSION]) + bytes.fromhex(key.id)
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return SealedBytes(header + nonce + cipher.encrypt(nonce, plain, _bound(header, table, column, row_id)))

    def open_text(self, table: str, column: str, row_id: str, key: DataKey, sealed: SealedBytes) -> str:
        """The text sealed there. Raises Forgotten (key destroyed) or Unreadable (altered, moved, not text)."""
        value = self._open(table, column, row_id, key, sealed)
        if not isinstance(value, str):
            raise Unreadable(f"{table}.{column} of {row_id} holds no text")
        return value

    def open_dict(self, table: str, column: str, row_id: str, key: DataKey, sealed: SealedBytes) -> dict[str, Any]:
        """The mapping sealed there. Raises as `open_text`."""
        value = self._open(table, column, row_id, key, sealed)
        if not isinstance(value, dict):
            raise Unreadable(f"{table}.{column} of {row_id} holds no mapping")
        return value

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed hash of `value` (normalise it first) to store and compare instead of it; 64 hexadecimal digits.

        Values of different kinds never collide, and without the secret a list of all phone numbers does not reverse it.
        """
        return self.blind_indexes(kind, value)[0]

    def blind_indexes(self, kind: str, value: str) -> tuple[str, ...]:
        """`blind_index` under every secret, newest first: look up with all, for rows indexed before a rotation."""
        message = json.dumps([kind, value]).encode()
        return tuple(hmac.digest(key, message, "sha256").hex() for key in self._keyring.index_keys)

    def _open(self, table: str, column: str, row_id: str, key: DataKey, sealed: SealedBytes) -> Any:
        cipher = self._cipher(key)
        header, nonce = sealed[:HEADER_BYTES], sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
        if sealed.key_id != key.id:
            raise Unreadable(f"{table}.{column} of {row_id} was sealed under another key")
        try:
            plain = cipher.decrypt(nonce, sealed[HEADER_BYTES + NONCE_BYTES :], _bound(header, table, column, row_id))
        except InvalidTag:
            raise Unreadable(f"{table}.{column} of {row_id} was altered, or belongs elsewhere") from None
        return json.loads(plain)

    def _cipher(self, key: DataKey) -> AESGCM:
        # Asked before the cache: another process may have destroyed a key that this one still remembers.
        if key.wrapped is None:
            raise Forgotten("this person's details were destroyed, as asked")
        with self._lock:
            known = self._open_keys.get(key.id)
            if known is not None:
                self._open_keys.move_to_end(key.id)
                return known
        cipher = AESGCM(self._keyring.unwrap(bytes.fromhex(key.id), key.wrapped))
        self._remember(key.id, cipher)
        return cipher

    def _remember(self, key_id: str, cipher: AESGCM) -> None:
        with self._lock:
            self._open_keys[key_id] = cipher
            while len(self._open_keys) > self._cache:
                self._open_keys.popitem(last=False)


def _bound(header: bytes, table: str, column: str, row_id: str) -> bytes:
    """JSON keeps the three parts apart: `a`, `bc` never binds like `ab`, `c`."""
    return header + json.dumps([table, column, row_id]).encode()
