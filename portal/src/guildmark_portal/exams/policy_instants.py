"""How an instant is written in a program's settings: `2030-01-15 09:00 UTC`. Seconds are not settled."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from guildmark.rules.calendar_days import is_in_reach

_FORMAT: Final = "%Y-%m-%d %H:%M"
_ZONE: Final = " UTC"


def parsed(written: str) -> datetime:
    """The instant that `written` names, to the minute: in UTC, or with an offset such as `+09:00`. Raises `ValueError`."""
    plain = written.strip().removesuffix("Z").removesuffix(_ZONE).strip()
    found = datetime.fromisoformat(plain)
    if len(plain) <= len("2030-01-15"):
        raise ValueError("an instant has an hour and a minute")
    at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    if not is_in_reach(at):
        raise ValueError("an instant lies in the years 2000 to 2200")
    if at.second or at.microsecond:
        raise ValueError("an instant is settled to the minute")
    return at


def written(at: datetime) -> str:
    """`at` as it is kept and shown."""
    return f"{at.astimezone(UTC):{_FORMAT}}{_ZONE}"


def _read(value: object) -> object:
    try:
        return parsed(value) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        raise PydanticCustomError("instant", "no instant") from None


WrittenInstant = Annotated[
    datetime,
    BeforeValidator(_read),
    PlainSerializer(written, return_type=str),
]
