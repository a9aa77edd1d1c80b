"""What lies in the exam folder now: each category's newest model, what speaks against it, what waits to be sent."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone

from guildmark.client.board import Local, ModelFile
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
    waiting = Counter(one.category for one in Outbox(workspace).waiting())
    return {one.id: look_into(workspace, one, waiting=waiting[one.id]) for one in categories}


def look_into(workspace: Workspace, category: BundleCategory, *, waiting: int = 0) -> Local:
    """What lies in the folder of `category`. A model that goes while we look is none."""
    with suppress(OSError):
        path = workspace.default_model(category)
        if path is not None:
            seen = path.stat()
            saved_at = datetime.fromtimestamp(seen.st_mtime, tz=timezone.utc)
            model = ModelFile(name=path.name, size=seen.st_size, saved_at=saved_at)
            return Local(model=model, notices=of_model(workspace, category, path), waiting=waiting)
    return Local(waiting=waiting)
