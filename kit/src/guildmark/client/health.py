"""One line of what is examined before an exam: by `doctor`, which looks at the machine, or `rehearsal`, which tries all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What was found. `fallback` says how the exam is sat all the same; it is empty for a check that is `good`."""

    name: str
    said: str
    fallback: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing is left to do."""
        return not self.fallback
