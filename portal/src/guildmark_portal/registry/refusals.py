"""Why an export is not written, each with the next step.

guildmark.errors.UsageError
├── FolderInUse     the folder holds something else than an earlier export
├── ExportRunning   another export writes beside it
└── FolderRefused   the folder cannot be written
"""

from guildmark.errors import UsageError
from guildmark.i18n import mark


class FolderInUse(UsageError):
    """This folder is there, and is no earlier export. Nothing was written."""

    default_next_step = mark("Name a folder that does not exist yet, or that of an earlier export.")


class ExportRunning(UsageError):
    """Another export is being written beside this folder."""

    default_next_step = mark("Wait until it is done, and run the command again.")


class FolderRefused(UsageError):
    """The export cannot be written there."""

    default_next_step = mark("See that the folder above it can be written and has room, and run the command again.")
