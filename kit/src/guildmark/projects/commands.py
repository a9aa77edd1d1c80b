"""What one runs in an exam, as every IDE offers it."""

from dataclasses import dataclass

from guildmark.client.workspace import BundleCategory
from guildmark.i18n import _

STARTER = "starter.py"


@dataclass(frozen=True)
class Command:
    """The command `guildmark ARGUMENTS`. `key` is the same in every language and fit for a file's name."""

    key: str
    title: str
    arguments: tuple[str, ...]


def of_category(category: BundleCategory) -> tuple[Command, ...]:
    """What one does with a category's model."""
    number = str(category.number)
    return (
        Command("check", f"{number} {_('Check')}", ("check", number)),
        Command("submit_and_test", f"{number} {_('Submit and Test')}", ("submit", number)),
    )


def of_exam() -> tuple[Command, ...]:
    """What one looks at in between."""
    return (
        Command("exam_panel", _("Exam panel"), ("ui", "--browser")),
        Command("time_left", _("Time left"), ("status",)),
    )


def run_starter(category: BundleCategory) -> str:
    """What running a category's starter is called."""
    return f"{category.number} {_('Run starter')}"
