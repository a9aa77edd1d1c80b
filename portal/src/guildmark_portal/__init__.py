"""The web host of Guildmark: accounts, exams, results and certificates."""

__version__ = "0.1.0"
