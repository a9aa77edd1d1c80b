"""What everything that is written in a pack has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Whole = Annotated[int, Field(strict=True)]
"""A whole number that is written as one: "80" in quotes is text."""

Number = Annotated[float, Field(strict=True)]
"""A number that is written as one."""

YesOrNo = Annotated[bool, Field(strict=True)]
"""`true` or `false`."""


class Spec(BaseModel):
    """A part of a pack: unknown keys are problems, and so are numbers that are none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
