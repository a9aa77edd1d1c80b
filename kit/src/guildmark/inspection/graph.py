"""What the formats have in common whose models are graphs of operations: SavedModel, ONNX, TFLite and `torch.export`."""

from collections.abc import Iterable, Sequence
from typing import Final

from guildmark.inspection.findings import Finding, Unfit, printable
from guildmark.rules.contract import Contract

_RANK_LIMIT: Final = 32


def unique(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, in the order in which they came."""
    return list({(finding.code, *finding.params.items()): finding for finding in findings}.values())


def declared_bytes(sizes: Sequence[int], item_bytes: int) -> int:
    """The bytes of a tensor of these sizes. Raises `Unfit` for sizes that no stored tensor has."""
    if len(sizes) > _RANK_LIMIT or any(size < 0 for size in sizes):
        raise Unfit("file.corrupt")
    total = item_bytes
    for size in sizes:
        total *= size
    return total


def forbidden(operations: Iterable[str], contract: Contract) -> list[Finding]:
    """The operations that do what a layer does that the task forbids, as far as they have its name (`CONV_2D`, `conv2d`)."""
    unwanted = {_plain(layer): layer for layer in contract.forbidden_layers}
    named = (unwanted[_plain(name)] for name in operations if _plain(name) in unwanted)
    return [Finding("layer.forbidden", {"name": printable(layer)}) for layer in dict.fromkeys(named)]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
