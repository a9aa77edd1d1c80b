"""What lies in the exam folder now: each category's newest model, what speaks against it, what waits, what was refused."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone

from guildmark.client.facts import Local, ModelFile, NotTaken
from guildmark.client.outbox import Outbox
from guildmark.client.session import Session
from guildmark.client.warnings import of_model
from guildmark.client.workspace import BundleCategory, Workspace
from guildmark.errors import GuildmarkError


def look_around(session: Session) -> Mapping[str, Local]:
    """What lies in each category's folder, by the category's id; nothing before the start. Cheap enough for every second."""
    workspace = session.workspace
    if workspace is None:
        return {}
    try:
        categories = workspace.categories()
    except GuildmarkError:  # the folder is being moved or mended; the next look tells
        return {}
    outbox = Outbox(workspace)
    waiting, refused = outbox.waiting(), outbox.refused()
    resting = [item for item in waiting if not outbox.is_being_sent(item)]
    return {
        one.id: replace(
            look_into(workspace, one),
            waiting=sum(item.category == one.id for item in waiting),
            resting=sum(item.category == one.id for item in resting),
            problem=next((item.problem for item in resting if item.category == one.id), None),
            refused=tuple(
                NotTaken(item.path.name, why) for item in refused if item.category == one.id and (why := item.refused)
            ),
        )
        for one in categories
    }


def look_into(workspace: Workspace, category: BundleCategory) -> Local:
    """What lies in the folder of `category`. A model that goes while we look is none."""
    with suppress(OSError):
        path = workspace.default_model(category)
        if path is not None:
            seen = path.stat()
            saved_at = datetime.fromtimestamp(seen.st_mtime, tz=timezone.utc)
            model = ModelFile(name=path.name, size=seen.st_size, saved_at=saved_at)
            return Local(model=model, notices=of_model(workspace, category, path))
    return Local()
