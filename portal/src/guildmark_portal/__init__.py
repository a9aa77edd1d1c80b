"""The web host of Guildmark: accounts, exams, results and certificates."""

from pathlib import Path

from guildmark.i18n import add_catalogue

__version__ = "0.1.0"

add_catalogue(Path(__file__).parent / "locale", "django")
