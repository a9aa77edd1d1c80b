"""Importing this has the grader's own sentences translated. The commands do it; workers, who say nothing to people, do not."""

from pathlib import Path

from guildmark.i18n import add_catalogue

add_catalogue(Path(__file__).parent / "locale", "guildmark_grader")
