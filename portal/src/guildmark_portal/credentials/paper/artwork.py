"""The engravings of the site as SVG, in the ink that a drawing asks for."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import guildmark_portal

_DRAWN: Final = Path(guildmark_portal.__file__).parent / "web" / "static" / "guildmark"
"""The pages of a certificate show the same engravings."""
ENGRAVING: Final = "#b9b08f"
ACCENT: Final = "#2a4684"
SHEET: Final = "#fffefb"
"""The inks of the site."""


@lru_cache(maxsize=32)
def rosette(ink: str, *, width: float = 1.1) -> str:
    """The engine-turned rosette; `width` is that of its line, of a drawing 760 wide."""
    return _drawing("rosette").replace('"#000"', f'"{ink}"').replace('stroke-width="1.1"', f'stroke-width="{width}"')


@lru_cache(maxsize=32)
def band(ink: str) -> str:
    """One tile of the engraved band, five times as long as high."""
    return _drawing("band").replace('"#000"', f'"{ink}"')


@lru_cache(maxsize=32)
def guild_mark(ink: str) -> str:
    """The guild mark."""
    return _drawing("mark").replace("currentColor", ink)


def _drawing(name: str) -> str:
    return (_DRAWN / f"{name}.svg").read_text(encoding="utf-8")
