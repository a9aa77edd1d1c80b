"""Everything that writes about identity, in one place to import from."""

from guildmark_portal.identity.checks import is_approved, open_check, submit, withdraw
from guildmark_portal.identity.documents import Particulars, add_document
from guildmark_portal.identity.photos import (
    add_photo,
    add_photo_by_link,
    add_photo_file,
    find_link,
    grant_leave,
    has_arrived,
    has_leave,
    make_link,
)
from guildmark_portal.identity.provided import begin, level_reached, receive, shows_level
from guildmark_portal.identity.reviewing import REASONS, Reason, assign, decide, look, refuse_blind_approval, release
from guildmark_portal.identity.shredding import shred, shred_due

__all__ = [
    "REASONS",
    "Particulars",
    "Reason",
    "add_document",
    "add_photo",
    "add_photo_by_link",
    "add_photo_file",
    "assign",
    "begin",
    "decide",
    "find_link",
    "grant_leave",
    "has_arrived",
    "has_leave",
    "is_approved",
    "level_reached",
    "look",
    "make_link",
    "open_check",
    "receive",
    "refuse_blind_approval",
    "release",
    "shows_level",
    "shred",
    "shred_due",
    "submit",
    "withdraw",
]
