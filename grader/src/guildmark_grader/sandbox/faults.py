"""What can be wrong with a box that is ours to mend."""

from guildmark.errors import OurFault
from guildmark.i18n import mark


class BoxFault(OurFault):
    """A box could not be made, or was gone before a stranger's file came near it."""

    default_next_step = mark("See what is missing on this host with: guildmark-grader doctor")
