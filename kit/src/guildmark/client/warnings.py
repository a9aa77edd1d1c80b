"""What speaks against handing a file in, said before it is sent: all of it can be gone over, none of it is a rule.

older_than_code     the code beside the model changed after the model was saved
of_other_category   it lies in, equals the model of, or fits another category, and not this one
same_as_last        these very bytes were submitted last, or wait to be sent
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from guildmark.client.files import sha256_of
from guildmark.client.kept import last_heard
from guildmark.client.notices import Level, Notice
from guildmark.client.outbox import Outbox
from guildmark.client.workspace import BundleCategory, Workspace
from guildmark.i18n import _
from guildmark.inspection.apart import inspect_apart
from guildmark.protocol import AttemptState
from guildmark.rules.contract import Contract

_Version = tuple[int, ...]
_OF_THE_TASK = ("contract.", "file.format_not_allowed")
"""What another task may ask otherwise; a file that is damaged fits nowhere."""


def of_model(workspace: Workspace, category: BundleCategory, file: Path) -> tuple[Notice, ...]:
    """What speaks against `file` as it lies there, from a glance: cheap enough to be asked every second."""
    return (*_older_than_code(workspace, category, file), *_twin_elsewhere(workspace, category, file))


def before_submit(
    workspace: Workspace, category: BundleCategory, file: Path, *, state: AttemptState | None = None, looks_inside: bool = True
) -> tuple[Notice, ...]:
    """Everything that speaks against handing `file` in. `state` is what the portal says; without it, what it said last.

    With `looks_inside`, a file that this task cannot take is held against the other tasks, which takes a second or two.
    """
    said = of_model(workspace, category, file)
    if looks_inside and not any(one.code == "of_other_category" for one in said):
        said = (*said, *_fits_elsewhere(workspace, category, file))
    return (*said, *_same_as_last(workspace, category, file, state))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, read again only when its size or time changed."""
    return _digest(path, _version_of(path))


def _version_of(path: Path) -> _Version:
    """What changes with the content of a file, without reading it."""
    seen = path.stat()
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


@lru_cache(maxsize=64)
def _digest(path: Path, _version: _Version) -> str:
    return sha256_of(path)


def _older_than_code(workspace: Workspace, category: BundleCategory, file: Path) -> Iterator[Notice]:
    folder = workspace.folder / category.folder
    saved = _time_of(file)
    if saved is None or not file.resolve().is_relative_to(folder.resolve()):
        return
    changed = {path.name: when for path in sorted(folder.glob("*.py")) if (when := _time_of(path)) is not None and when > saved}
    if changed:
        newest = max(changed, key=lambda name: changed[name])
        yield Notice(
            level=Level.CAUTION,
            code="older_than_code",
            text=_("{code} changed after {model} was saved.").format(code=f"{category.folder}/{newest}", model=file.name),
            next_step=_("Run the code again to save the model that it makes now, or submit this one all the same."),
        )


def _twin_elsewhere(workspace: Workspace, category: BundleCategory, file: Path) -> Iterator[Notice]:
    """It lies in another category's folder, or is the same as a model there."""
    home = workspace.category_of(file)
    if home is not None and home.id != category.id:
        yield _of_other(file, _("It lies in {folder}.").format(folder=home.folder), category)
        return
    for other in workspace.categories():
        model = None if other.id == category.id else workspace.default_model(other)
        if model is not None and _are_same(file, model):
            yield _of_other(file, _("It is the same file as {model}.").format(model=f"{other.folder}/{model.name}"), category)
            return


def _fits_elsewhere(workspace: Workspace, category: BundleCategory, file: Path) -> Iterator[Notice]:
    contract = workspace.contract_of(category)
    findings = None if contract is None else _findings(file, contract)
    if not findings or not all(code.startswith(_OF_THE_TASK) for code in findings):
        return
    for other in workspace.categories():
        others = None if other.id == category.id else workspace.contract_of(other)
        if others is not None and _findings(file, others) == ():
            yield _of_other(file, _("It fits category {number}, and not this one.").format(number=other.number), category)
            return


def _same_as_last(workspace: Workspace, category: BundleCategory, file: Path, state: AttemptState | None) -> Iterator[Notice]:
    waiting = Outbox(workspace).waiting(category.id)
    if waiting:
        if (waiting[-1].size, waiting[-1].sha256) == (file.stat().st_size, digest_of(file)):
            yield _same(_("{name} waits already to be sent, with these very bytes.").format(name=waiting[-1].path.name))
        return
    if state is None:
        last = last_heard(workspace)
        state = None if last is None else last.state
    categories = () if state is None else state.categories
    newest = next((one.submissions[0] for one in categories if one.id == category.id and one.submissions), None)
    if newest is not None and newest.size == file.stat().st_size and newest.sha256 == digest_of(file):
        yield _same(_("{name} is the very file that you submitted last in this category.").format(name=file.name))


def _of_other(file: Path, why: str, category: BundleCategory) -> Notice:
    said = _("{name} looks like the model of another category.").format(name=file.name)
    return Notice(
        level=Level.CAUTION,
        code="of_other_category",
        text=f"{said} {why}",
        next_step=_("Look whether it is meant for category {number}, or submit it all the same.").format(
            number=category.number
        ),
    )


def _same(said: str) -> Notice:
    return Notice(
        level=Level.INFO, code="same_as_last", text=said, next_step=_("Its score will be the same; train and save a new model.")
    )


def _are_same(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size > 0 and digest_of(one) == digest_of(other)
    except OSError:  # one of them is being saved
        return False


def _time_of(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _findings(path: Path, contract: Contract) -> tuple[str, ...] | None:
    """The codes of what an inspection finds; None where it cannot be made."""
    try:
        return _inspected(path, _version_of(path), contract)
    except (OSError, ModuleNotFoundError):
        return None


@lru_cache(maxsize=64)
def _inspected(path: Path, _version: _Version, contract: Contract) -> tuple[str, ...]:
    return tuple(finding.code for finding in inspect_apart(path, contract).findings)
