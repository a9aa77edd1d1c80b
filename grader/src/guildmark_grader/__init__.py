"""The grading side of Guildmark: the box, scoring on hidden data, and the tools of the exam author."""

__version__ = "0.1.0"
