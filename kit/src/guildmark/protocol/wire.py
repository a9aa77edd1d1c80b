"""What every message stands on: header names, the types of fields, and the two kinds of message."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

PROTOCOL_VERSION: Final = "1"
PROTOCOL_HEADER: Final = "Guildmark-Protocol"
SUBMISSION_HEADER: Final = "Guildmark-Submission"
CLIENT_ID: Final = "guildmark-client"

CategoryId = Annotated[str, Field(pattern=r"^category[1-9][0-9]?$")]
FormId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Score = Annotated[int, Field(ge=0, le=5)]
ParamValue = str | int | float


class Request(BaseModel):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reply(BaseModel):
    """What a server answers: unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Problem(Reply):
    """An error: a stable `code`, what happened, and the next step. Its HTTP status says whose turn it is."""

    code: str
    message: str
    next_step: str


class Me(Reply):
    """Who is signed in."""

    email: str
    name: str
