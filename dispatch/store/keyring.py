"""Keys derived from DISPATCH_SECRET_KEY. Master keys only wrap data keys; they never touch a field.

Several secrets, newest first, are a rotation: the first wraps and indexes, the others still open what they once
wrapped. A master key's id is derived from its secret, so there is no key number to keep in step anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dispatch.errors import Fault, InvalidInput, Unreadable

_VERSION = 1
_MASTER_ID_BYTES = 8
_NONCE_BYTES = 12
_LEAST_SECRET = 32


def _derive(secret: bytes, purpose: bytes, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"dispatch/" + purpose).derive(secret)


class Keyring:
    """Master keys and index keys of each secret, newest first.

    Raises InvalidInput naming `DISPATCH_SECRET_KEY` when there is none, or one is shorter than 32 characters.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or any(len(secret) < _LEAST_SECRET for secret in secrets):
            problem = f"needs at least {_LEAST_SECRET} characters without spaces; the newest of several is first"
            raise InvalidInput(f"DISPATCH_SECRET_KEY {problem}", [Fault("DISPATCH_SECRET_KEY", problem)])
        raw = [secret.encode() for secret in secrets]
        ids = [_derive(secret, b"master key id", _MASTER_ID_BYTES) for secret in raw]
        self._newest = ids[0]
        self._masters = {id_: AESGCM(_derive(secret, b"master key")) for id_, secret in zip(ids, raw, strict=True)}
        self.index_keys = tuple(_derive(secret, b"blind index") for secret in raw)

    @classmethod
    def parse(cls, setting: str) -> Keyring:
        """What DISPATCH_SECRET_KEY holds: one secret, or several parted by spaces or line ends, newest first."""
        return cls(setting.split())

    def wrap(self, key_id: bytes, data_key: bytes) -> bytes:
        """`version | master id | nonce | ciphertext+tag`; bound to the data key's id, so rows cannot trade keys."""
        nonce = os.urandom(_NONCE_BYTES)
        header = bytes([_VERSION]) + self._newest
        return header + nonce + self._masters[self._newest].encrypt(nonce, data_key, header + key_id)

    def unwrap(self, key_id: bytes, wrapped: bytes) -> bytes:
        """Raises Unreadable when no secret of this keyring wrapped it, or it was altered."""
        start = 1 + _MASTER_ID_BYTES
        header, nonce, body = wrapped[:start], wrapped[start : start + _NONCE_BYTES], wrapped[start + _NONCE_BYTES :]
        master = self._masters.get(header[1:]) if header[:1] == bytes([_VERSION]) else None
        if master is None:
            raise Unreadable("a data key was wrapped under a secret that DISPATCH_SECRET_KEY no longer lists")
        try:
            return master.decrypt(nonce, body, header + key_id)
        except InvalidTag:
            raise Unreadable("a data key was altered in the record") from None
