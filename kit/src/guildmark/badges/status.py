"""Status lists (W3C Bitstring Status List): one bit for every certificate, published as a signed credential for each purpose.

A list has 131,072 places whether they are taken or not, and certificates get random ones, so that it tells nobody how many
there are or which belong together. What a set bit means is the list's purpose: `revocation`, `suspension`, and `refresh` for a
certificate that has a newer one and stays valid.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from guildmark.badges import multibase
from guildmark.badges.documents import ENTRIES, PURPOSES, BitstringStatusList, Issuer, Purpose, StatusListDocument
from guildmark.badges.moments import written

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ENTRIES", "PURPOSES", "BitList", "status_list_credential"]

_BYTES: Final = ENTRIES // 8
_LONGEST: Final = 32_768
"""Characters of a list of which nothing could be compressed, and to spare."""
_GZIP: Final = 31
"""What zlib calls gzip; it writes no time."""


class BitList:
    """131,072 bits, none of them set at first. Place 0 is the highest bit of the first byte."""

    def __init__(self, indexes: Iterable[int] = ()) -> None:
        self._bits = bytearray(_BYTES)
        for index in indexes:
            self.set(index)

    def set(self, index: int) -> None:
        """Set the bit at `index`. Raises `IndexError` beyond the list."""
        byte, bit = _place(index)
        self._bits[byte] |= bit

    def has(self, index: int) -> bool:
        """Whether the bit at `index` is set. Raises `IndexError` beyond the list."""
        byte, bit = _place(index)
        return bool(self._bits[byte] & bit)

    @property
    def encoded(self) -> str:
        """The list as credentials carry it: gzip, in multibase base64url. The same bits give the same text."""
        pack = zlib.compressobj(level=9, wbits=_GZIP)
        return "u" + multibase.base64url(pack.compress(bytes(self._bits)) + pack.flush())

    @classmethod
    def decode(cls, text: str) -> "Self":
        """The list that `encoded` wrote. Raises `ValueError` for another length, another form, or anything behind it."""
        if not text.startswith("u") or len(text) > _LONGEST:
            raise ValueError("no status list")
        unpack = zlib.decompressobj(wbits=_GZIP)
        try:
            bits = unpack.decompress(multibase.from_base64url(text[1:]), _BYTES + 1)
        except zlib.error as error:
            raise ValueError("no status list") from error
        if len(bits) != _BYTES or not unpack.eof or unpack.unused_data:
            raise ValueError("no status list of our length")
        found = cls()
        found._bits[:] = bits
        return found


def _place(index: int) -> tuple[int, int]:
    if not 0 <= index < ENTRIES:
        raise IndexError("no such place in a status list")
    byte, bit = divmod(index, 8)
    return byte, 0x80 >> bit


def status_list_credential(  # noqa: PLR0913 - what a list says, each by its name
    *, url: str, purpose: Purpose, bits: BitList, did: str, issuer_name: str, valid_from: datetime, valid_until: datetime
) -> dict[str, object]:
    """The credential at `url` that says which certificates of a list are revoked, suspended or refreshed; without a proof."""
    return StatusListDocument(
        id=url,
        issuer=Issuer(id=did, name=issuer_name),
        valid_from=written(valid_from),
        valid_until=written(valid_until),
        credential_subject=BitstringStatusList(id=f"{url}#list", status_purpose=purpose, encoded_list=bits.encoded),
    ).document()
