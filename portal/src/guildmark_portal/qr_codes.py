"""QR codes as SVG. A leaf: papers of any kind carry them."""

from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_QUIET: Final = 4
"""Modules of white around a QR code, without which readers may not find it (ISO/IEC 18004)."""


def qr_code(text: str) -> str:
    """`text` as a QR code, one path of black modules on nothing, with its quiet zone."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    rows: list[list[bool]] = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = len(rows)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path fill="#1b1d22" d="{path}"/></svg>'
