"""How much of everything a file may have. A photo of a telephone has 12 megapixels, a scan of a card less."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bytes, pixels, pages, seconds. `side` is the longest side of a page that comes out, in pixels."""

    file_bytes: int = 12 * MIB
    pixels: int = 50_000_000
    pages: int = 4
    side: int = 2600
    output_bytes: int = 32 * MIB
    memory_bytes: int = 1024 * MIB
    cpu_s: int = 20
    wall_s: float = 40


LIMITS: Final = Limits()
AT_ONCE: Final = 2
"""Children that run at the same time; another upload waits for one of them."""
OF_ONE_AT_ONCE: Final = 1
OF_ONE_WAITING: Final = 2
"""Of one person: what comes beyond is refused at once, so that it keeps no thread of the portal."""
LONGEST_WAIT_S: Final = 30.0
OF_ONE_MOST_S: Final = 240.0
"""Of one person, in `SPENT_WITHIN_S`: how long they may hold a place. Papers take seconds; what is made to take long, does."""
SPENT_WITHIN_S: Final = 3600.0
