"""What an HDF5 file of weights may hold: groups, numbers and short names, all within the file itself.

HDF5 can link to other files, map a data set onto them, run filters from plug-ins, declare sizes that it does not store, and
tie its groups into knots. The walk visits hard links only, counts what it visits, and asks every data set how it is stored
before anything is read. `copy_weights` writes what passed to a new file, by value.
"""

import math
import mmap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from guildmark.inspection import hdf5_texts
from guildmark.inspection.config import parse
from guildmark.inspection.findings import Finding, JsonObject, Unfit, printable
from guildmark.inspection.limits import Limits

if TYPE_CHECKING:
    import h5py

MAGIC: Final = b"\x89HDF\r\n\x1a\n"

DAMAGE: Final = (OSError, KeyError, RuntimeError, ValueError, TypeError, OverflowError, AttributeError)
"""What h5py raises on a file that is damaged, or made to look so."""

_STANDARD_FILTERS: Final = frozenset({1, 2, 3})  # deflate, shuffle, fletcher32
_FILTER_NAMES: Final = {4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf"}
_SIZES: Final = (8, 8)  # of an address, and of a length
_NUMBERS: Final = "biuf"
_WEIGHTS_WITHOUT_MODEL: Final = frozenset({"layers", "vars", "_layer_checkpoint_dependencies", "optimizer"})


def is_weights_only(file: "h5py.File") -> bool:
    """Whether a file without a configuration is what `save_weights` writes, in Keras 2 or 3."""
    return "layer_names" in file.attrs or not _WEIGHTS_WITHOUT_MODEL.isdisjoint(_names(file))


def model_config(file: "h5py.File") -> JsonObject:
    """The configuration of a whole model in `.h5`. Raises `Unfit` if there is none, or it cannot be read."""
    if "model_config" not in file.attrs:
        raise Unfit("file.weights_only" if is_weights_only(file) else "file.not_a_model")
    return parse(_text_attribute(file, "model_config"))


def keras_version(file: "h5py.File") -> str | None:
    """The version of Keras that wrote the file, if it says so."""
    text = _text_attribute(file, "keras_version") if "keras_version" in file.attrs else None
    return None if text is None else printable(text, 20)


def findings_in(file: "h5py.File", data: bytes | mmap.mmap, limits: Limits) -> tuple[Finding, ...]:
    """Everything in the file that is not plain numbers of its own, each once. Raises `Unfit` beyond its bounds.

    `data` are the bytes of the file. Where there are no findings, its texts may be read.
    """
    import h5py

    if file.userblock_size or file.id.get_create_plist().get_sizes() != _SIZES:
        raise Unfit("file.corrupt")
    findings: dict[tuple[str, str], Finding] = {}
    declared = visited = 0
    stack: list[tuple[h5py.Group, int]] = [(file, 1)]
    declared += _attributes_size(file, limits)
    while stack:
        group, depth = stack.pop()
        visited += len(group)
        if depth > limits.depth or visited > limits.objects:
            raise Unfit("config.too_complex")
        for name in _names(group):
            if group.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
                findings["hdf5.external", name] = Finding("hdf5.external", {"name": printable(name)})
                continue
            item = group[name]
            declared += _attributes_size(item, limits)
            if isinstance(item, h5py.Dataset):
                declared += item.size * item.dtype.itemsize
                findings |= {(found.code, str(found.params["name"])): found for found in _storage_findings(name, item)}
            elif isinstance(item, h5py.Group):
                stack.append((item, depth + 1))
            else:
                raise Unfit("file.corrupt")
            if declared > limits.expanded_bytes:
                raise Unfit("archive.expands")
    if not findings:
        hdf5_texts.require_short(data, limits)
    return tuple(findings.values())


def copy_weights(source: "h5py.Group", target: "h5py.Group", limits: Limits) -> None:
    """Copy groups, data sets and their attributes by value. `source` has passed `findings_in`.

    Raises `Unfit` when the texts of attributes, which may all be one long text in the file, come to more than a model has.
    """
    import h5py

    copied = 0
    stack: list[tuple[h5py.Group, h5py.Group]] = [(source, target)]
    while stack:
        old, new = stack.pop()
        copied += _copy_attributes(old, new)
        for name in _names(old):
            item = old[name]
            if isinstance(item, h5py.Dataset):
                copied += _copy_attributes(item, new.create_dataset(name, data=item[()]))
            else:
                stack.append((item, new.create_group(name)))
            if copied > limits.expanded_bytes:
                raise Unfit("archive.expands")


def _names(group: "h5py.Group") -> list[str]:
    return [str(name) for name in group]


def _storage_findings(name: str, data: "h5py.Dataset") -> Iterator[Finding]:
    import h5py

    plan = data.id.get_create_plist()
    if plan.get_external_count() or plan.get_layout() == h5py.h5d.VIRTUAL:
        yield Finding("hdf5.external", {"name": printable(name)})
    numbers = [plan.get_filter(index)[0] for index in range(plan.get_nfilters())]
    for number in numbers:
        if number not in _STANDARD_FILTERS:
            yield Finding("hdf5.filter", {"name": _FILTER_NAMES.get(number, f"filter {number}")})
    if data.dtype.kind not in _NUMBERS:
        raise Unfit("file.corrupt")


def _attributes_size(item: "h5py.HLObject", limits: Limits) -> int:
    """The bytes that the attributes of `item` declare; a text of free length counts as one, see `hdf5_texts`."""
    import h5py

    if len(item.attrs) > limits.attributes:
        raise Unfit("config.too_complex")
    size = 0
    for name in item.attrs:
        attribute = item.attrs.get_id(name)
        is_text = h5py.check_string_dtype(attribute.dtype) is not None
        if not is_text and (attribute.dtype.kind not in _NUMBERS or attribute.dtype.hasobject):
            raise Unfit("file.corrupt")
        values = math.prod(attribute.shape)
        if values > limits.objects:
            raise Unfit("config.too_complex")
        size += values * attribute.dtype.itemsize
    return size


def _text_attribute(file: "h5py.File", name: str) -> str | bytes:
    value: Any = file.attrs[name]
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, (str, bytes)):
        raise Unfit("config.unreadable")
    return value


def _copy_attributes(source: "h5py.HLObject", target: "h5py.HLObject") -> int:
    """Copy the attributes, and say how many bytes they came to."""
    copied = 0
    for name in source.attrs:
        value = source.attrs[name]
        target.attrs[name] = value
        texts = [value] if isinstance(value, (str, bytes)) else value.flat if value.dtype.hasobject else ()
        copied += sum(map(len, texts)) if texts else getattr(value, "nbytes", 0)
    return copied
