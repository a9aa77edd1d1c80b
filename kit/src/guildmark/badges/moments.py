"""Moments as our documents write them: UTC, whole seconds, `2026-03-01T12:00:00Z` and no other form."""

import re
from datetime import datetime, timezone
from typing import Final

_FORM: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def written(moment: datetime) -> str:
    """`moment`, which has a zone, without its fraction of a second."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """The moment that `text` writes. Raises `ValueError` for any other form."""
    if not _FORM.fullmatch(text):
        raise ValueError("no moment in UTC")
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
