"""Guildmark: certification of hands-on machine-learning skill. This package is the candidate's side of it."""

__version__ = "0.1.0"
