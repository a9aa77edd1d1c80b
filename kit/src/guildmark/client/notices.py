"""What a tool should say without being asked: one sentence, how pressing it is, and what to do."""

from enum import Enum

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A frozen document that goes to a tool as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(str, Enum):
    """How pressing something is."""

    INFO = "info"
    CAUTION = "caution"
    URGENT = "urgent"


class Notice(Document):
    """A sentence in the reader's language. `code` stays the same in every language; `next_step` may be empty."""

    level: Level
    code: str
    text: str
    next_step: str = ""
