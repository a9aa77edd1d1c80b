"""How much of a file is read, counted in bytes and in things. All follow from the size that the task allows."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds for a file of a task that allows `size_limit` bytes."""

    size_limit: int
    entries: int = 2_000
    objects: int = 20_000
    attributes: int = 64
    depth: int = 40
    ratio: int = 100
    ratio_floor: int = _MIB
    tensor_bytes: int = 1024 * _MIB

    @classmethod
    def of_inspected(cls, size: int) -> "Limits":
        """Bounds for reading a file of `size` bytes again that passed inspection: nothing in it expands further."""
        return cls(size * cls.ratio)

    @property
    def expanded_bytes(self) -> int:
        """What everything in a file may add up to once it is expanded: weights hardly compress."""
        return 2 * self.size_limit + 16 * _MIB
