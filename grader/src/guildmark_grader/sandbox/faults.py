"""What can be wrong with a box that is ours to mend."""

from typing import TYPE_CHECKING

from guildmark.errors import OurFault

if TYPE_CHECKING:
    from guildmark_grader.sandbox.job import Outcome
from guildmark.i18n import mark


class BoxFault(OurFault):
    """A box could not be made, or was gone before a stranger's file came near it."""

    default_next_step = mark("See what is missing on this host with: guildmark-grader doctor")


class WorkerLost(BoxFault):
    """A worker was killed in the middle of its job, by nobody that we know of: `outcome` is what there was of it."""

    def __init__(self, message: str, outcome: "Outcome") -> None:
        super().__init__(message)
        self.outcome = outcome
