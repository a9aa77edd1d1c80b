"""A program whose handbook is in three languages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils.translation import override
from portal.tests.web.handbook.reading import CATEGORIES, EXAM, FULL, OTHERS, settle

from guildmark.packs.bank import BankManifest
from guildmark.protocol import ExamKind
from guildmark_portal.exams import services as exams
from guildmark_portal.exams.models import Program


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request leaves its language active, and whoever signs in next would be taken to read it."""
    with override("en"):
        yield


@pytest.fixture
def publish(bank: Path, tmp_path: Path, for_money: None) -> Callable[..., Program]:
    """Publish an exam whose titles are translated, changed as told."""

    def published(version: str = "2030.1", kind: ExamKind = ExamKind.DEMO, **changes: object) -> Program:
        manifest = BankManifest.model_validate_json((bank / "bank.json").read_bytes())
        there = zip(manifest.exam.categories, CATEGORIES, strict=True)
        categories = tuple(category.model_copy(update={"title": title}) for category, title in there)
        settled = {"version": version, "title": EXAM, "languages": ("en", *OTHERS), "categories": categories, **changes}
        exam = manifest.exam.model_copy(update=settled)
        requirements = "tensorflow==2.21.0  # 프레임워크\nkeras  # 框架\n"
        folder = tmp_path / f"bank-{version}"
        folder.mkdir()
        for name in ("public", "hidden"):
            (folder / name).symlink_to(bank / name)
        (folder / "bank.json").write_text(
            manifest.model_copy(update={"exam": exam, "requirements": requirements}).model_dump_json()
        )
        return exams.publish(folder, kind, "tests").program

    return published


@pytest.fixture
def program(publish: Callable[..., Program]) -> Program:
    """A program that offers all languages and asks for everything."""
    publish()
    return settle("languages=en,ko,zh-Hans", *FULL)
