"""What everything that is written in a pack has in common."""

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """A part of a pack: unknown keys are problems, and so are numbers that are none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
