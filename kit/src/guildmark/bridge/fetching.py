"""Where the file of a submission goes when it is fetched back by a click, without anybody naming a place."""

from itertools import count
from pathlib import Path

from guildmark.client.files import sha256_of
from guildmark.protocol import SubmissionState


def place_for(submission: SubmissionState, folder: Path) -> tuple[Path, bool]:
    """A path in `folder`, and whether the file is there already, as it was submitted. What was made of it since is kept."""
    short, name = submission.id[:8], submission.file_name
    names = (f"{short}-{name}" if number == 1 else f"{short}-{number}-{name}" for number in count(1))
    return next(
        (path, path.exists())
        for path in (folder / one for one in names)
        if not path.exists() or (path.is_file() and sha256_of(path) == submission.sha256)
    )
