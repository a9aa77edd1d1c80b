"""The grading side of Guildmark: the box, scoring on hidden data, and the tools of the exam author."""

from pathlib import Path

from guildmark.i18n import add_catalogue

__version__ = "0.1.0"

add_catalogue(Path(__file__).parent / "locale", "guildmark_grader")
