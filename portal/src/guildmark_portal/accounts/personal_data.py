"""What the portal holds on a person: read out to them, and removed when they ask for it.

Each application registers its part from `AppConfig.ready`, so that this module knows none of them:

    personal_data.register(Part(name="exams", export=export, erase=erase, obstacles=obstacles, files=files))

Parts are erased in the order of INSTALLED_APPS, which goes from the upper layers to the lower: what stands above is gone,
or has said that it needs what stands below (a protected row), before the lower part is asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guildmark_portal.accounts.models import User

Json = dict[str, Any] | list[Any]


def _nothing(_user: User) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One application's part. All functions take the person; `erase` runs inside the transaction of the deletion."""

    name: str
    """The name of its JSON file in the download."""
    export: Callable[[User], Json]
    """Everything that is held, as JSON: instants in ISO 8601."""
    erase: Callable[[User], None]
    """Remove what nothing needs; make anonymous what a certificate needs."""
    obstacles: Callable[[User], Iterable[str]] = _nothing
    """Sentences that say why the account cannot be deleted yet, and what to do about it."""
    kept: Callable[[User], Iterable[str]] = _nothing
    """Sentences that say what stays after the deletion, and why."""
    lost: Callable[[User], Iterable[str]] = _nothing
    """Sentences that say what is worth something still, and ends with the account."""
    files: Callable[[User], Iterable[tuple[str, Path]]] = _nothing
    """Files of the person: name in the download, and where it lies."""
    contents: Callable[[User], Iterable[tuple[str, bytes]]] = _nothing
    """Files that lie nowhere as they are read out: name in the download, and content."""


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Make a part known; a second one of the same name takes its place."""
    _parts[part.name] = part


def parts() -> tuple[Part, ...]:
    """Every part, in the order of erasing."""
    return tuple(_parts.values())
