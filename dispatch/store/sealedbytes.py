"""What a sealed field looks like in the record.

    version (1 byte) | data key id (16) | nonce (12) | ciphertext and tag (16 or more)

The key id is in clear so that whoever holds only the field knows which key to load.
"""

from __future__ import annotations

from typing import Self

VERSION = 1
KEY_ID_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 1 + KEY_ID_BYTES
_LEAST = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class SealedBytes(bytes):
    """Ciphertext in the layout above. Only `Sealer.seal` and the `Sealed` column type make one.

    Raises ValueError for bytes that cannot be that: no readable text begins with the version byte, so a clear value
    wrapped by mistake is caught here.
    """

    def __new__(cls, raw: bytes) -> Self:
        if len(raw) < _LEAST or raw[0] != VERSION:
            raise ValueError("these bytes are not a sealed field")
        return super().__new__(cls, raw)

    def __repr__(self) -> str:
        return f"<SealedBytes {len(self)} bytes, key {self.key_id}>"

    @property
    def key_id(self) -> str:
        """The data key that opens it, as `data_keys.id` holds it (32 hexadecimal digits)."""
        return self[1:HEADER_BYTES].hex()
