"""`python -m guildmark.cli`: the command, for an interpreter whose scripts are not on PATH."""

from guildmark.cli import main

main()
