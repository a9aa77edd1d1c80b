"""Server-sent events of an attempt, as they come line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from guildmark.protocol import AttemptState

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True)
class Event:
    """What one event says. `retry_s` is set where the portal asks to come back later, after so many seconds."""

    data: str
    retry_s: float | None = None

    @property
    def state(self) -> AttemptState | None:
        """The state of the attempt; None where a later version says more than we understand: the API answers in ours."""
        try:
            return AttemptState.model_validate_json(self.data)
        except ValidationError:
            return None


def events(lines: Iterator[str]) -> Iterator[Event | None]:
    """The events of a stream; None for a comment, which says that the line is alive."""
    data: list[str] = []
    for line in lines:
        field, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line and data:
            yield Event("\n".join(data))
            data = []
        elif line.startswith(":"):
            yield None
        elif field == "data":
            data.append(value)
        elif field == "retry" and value.isdecimal():
            yield Event("", retry_s=int(value) / 1000)
