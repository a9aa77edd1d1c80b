"""When a model is run before it is submitted."""

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guildmark.inspection import Inspection


class Run(Enum):
    """When `check` runs the model too, in the candidate's interpreter. Starting a framework takes seconds."""

    ALWAYS = "always"
    WHERE_SHAPES_ARE_UNKNOWN = "where the file does not tell its shapes"
    NEVER = "never"

    def is_wanted(self, seen: "Inspection") -> bool:
        """Whether to run a model whose file told `seen`."""
        return self is Run.ALWAYS or (self is not Run.NEVER and not (seen.input_shapes and seen.output_shapes))
