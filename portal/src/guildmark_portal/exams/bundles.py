"""What a candidate downloads: the drawn public archives, put together, and sealed until the clock runs."""

import json

from guildmark.packs.bundle import iter_zip, pack_zip, seal
from guildmark.packs.model import text_in
from guildmark_portal.exams import keyring, storage
from guildmark_portal.exams.drawing import bundle_key
from guildmark_portal.exams.facts import drawn
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt


def key_of(attempt: Attempt) -> bytes:
    """The key that opens the attempt's bundle. For its owner, and only once the clock runs."""
    return bundle_key(secret=keyring.master_secret(), attempt=attempt.pk)


def plain(attempt: Attempt) -> bytes:
    """The zip archive of the attempt's workspace: `exam.json`, `requirements.txt` and a folder for each category."""
    bank = attempt.exam_version.bank
    files = {"exam.json": _exam_json(attempt), "requirements.txt": bank.requirements.encode()}
    for category in bank.exam.categories:
        archive = storage.public_archive(drawn(attempt, category.id).entry.public.sha256).read_bytes()
        files.update({f"{category.folder}/{path}": content for path, content in iter_zip(archive)})
    return pack_zip(files)


def sealed(attempt: Attempt) -> bytes:
    """The attempt's bundle, encrypted."""
    return seal(plain(attempt), key=key_of(attempt), attempt=str(attempt.pk))


def _exam_json(attempt: Attempt) -> bytes:
    exam, language = attempt.exam_version.bank.exam, current()
    document = {
        "attempt": str(attempt.pk),
        "exam_id": exam.id,
        "exam_version": exam.version,
        "title": text_in(exam.title, language),
        "categories": [
            {"id": c.id, "number": c.number, "title": text_in(c.title, language), "folder": c.folder} for c in exam.categories
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
