"""What pages and letters call things."""

from guildmark.packs.model import text_in
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Program


def title_of(program: Program) -> str:
    """The title of the program's exam, in the language of the reader."""
    version = program.versions.first()
    return program.title if version is None else text_in(version.bank.exam.title, current())
