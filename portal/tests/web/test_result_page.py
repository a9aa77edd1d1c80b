"""The page of a result: what was shown, what changed, and the one next step; and the receipts as files."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from guildmark.client.signed import Standing, keys_in, papers
from guildmark.packs.bundle import iter_zip
from guildmark.protocol import ExamKind, Receipt
from guildmark.signing import is_signed_by
from guildmark_portal import clock
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Attempt, Decision, Program, Revision, Submission

from .html_reading import Page
from .visiting import hand_in, read

WAITS = "14 days, 2 months, 1 year"


def links(page: Page, beginning: str = "") -> list[str]:
    found = [str(attributes.get("href")) for tag, attributes in page.tags if tag == "a"]
    return [address for address in found if address.startswith(beginning)]


def settle(**settings: str) -> None:
    assignments = [f"{name}={value}" for name, value in settings.items()]
    services.amend_policy(slug=Program.objects.get().slug, assignments=assignments, actor="tests", now=clock.now())


@pytest.fixture
def failed(owner: Client, running: str, work: Callable[[], None]) -> str:
    """The address of an attempt that ended with 5 in the first category, 2 in the second and nothing else."""
    hand_in(owner, running, 1, b"score 5 one")
    hand_in(owner, running, 2, b"score 2 two")
    work()
    owner.post(f"{running}finish/", {"confirm": "yes"})
    work()
    return running


class TestOnward:
    def test_x13_a_pass_has_one_step_its_certificate(self, owner: Client, passed: str) -> None:
        page = read(owner.get(f"{passed}result/"))
        (button,) = [a["href"] for tag, a in page.tags if tag == "a" and a.get("class") == "button"]
        assert "/certificates/GM-" in button
        assert [a.get("open", "closed") for tag, a in page.tags if tag == "details" and a.get("class") == "area"] == ["closed"]
        Certificate.objects.all().delete()
        page = read(owner.get(f"{passed}result/"))
        assert "Your certificate is being made." in page.text
        assert [a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "refresh"] == ["3"]
        Program.objects.update(kind=ExamKind.MOCK.value)
        assert "You are ready for the exam itself." in read(owner.get(f"{passed}result/")).text

    def test_g8_who_has_to_wait_is_told_from_when_and_led_to_no_registration(self, owner: Client, failed: str) -> None:
        settle(retake_waits=WAITS)
        page = read(owner.get(f"{failed}result/"))
        assert "You can try again from" in page.text_of["content"]
        again = next(a["datetime"] for tag, a in page.tags if tag == "time")
        assert again.startswith((Attempt.objects.get().ended_at + timedelta(days=14)).isoformat()[:10])
        registration = read(owner.get("/register/"))
        assert ("You can try again from" in registration.text, "You can register" in registration.text) == (True, False)
        in_content = owner.get(f"{failed}result/").content.decode().partition('id="onward"')[2].partition("</section>")[0]
        assert ("/courses/" in in_content, 'href="/exam/"' in in_content) == (True, False)

    @pytest.mark.usefixtures("failed")
    def test_g8_no_page_offers_a_registration_while_the_wait_runs(self, owner: Client) -> None:
        for waits, expected in ((WAITS, (True, False)), ("none", (False, True))):
            settle(retake_waits=waits)
            pages = [read(owner.get(address)).text for address in ("/", "/exam/")]
            found = [("You can try again from" in text, "Register for the exam" in text) for text in pages]
            assert found == [expected, expected]

    def test_who_need_not_wait_may_register_and_then_goes_on_with_that(self, owner: Client, failed: str) -> None:
        page = read(owner.get(f"{failed}result/"))
        assert ("You can try again at any time." in page.text, "Register for another try" in page.text) == (True, True)
        Program.objects.update(is_open=False)
        page = read(owner.get(f"{failed}result/"))
        assert ("try again" in page.text, "Register" in page.text, "/courses/" in links(page)) == (False, False, True)
        Program.objects.update(is_open=True)
        following = owner.post("/exam/", {"program": Program.objects.get().slug})["Location"]
        page = read(owner.get(f"{failed}result/"))
        assert (following in links(page), "Register for another try" in page.text) == (True, False)


class TestBreakdown:
    def test_x12_it_shows_skills_with_bars_and_numbers_and_first_what_to_practise(self, owner: Client, failed: str) -> None:
        answer = owner.get(f"{failed}result/")
        page, shown = read(answer), answer.content.decode()
        assert "Program in Python, resolve problems, and run programs in an IDE" in page.text_of["skills"]
        assert page.text_of["skills"].count("16 %") == 2  # the area and its only skill: 10 and 6 of 100 points
        bars = [a for tag, a in page.tags if tag == "rect" and a.get("class") == "filled"]
        assert [a["width"] for a in bars] == ["33.3", "20.0", "0.0", "0.0", "0.0", "16", "16"]
        assert "/skills/#A1" in links(page)
        assert shown.index("These skills would have brought the most points") < shown.index("By category")
        assert page.problems == []

    def test_x12_a_change_is_shown_with_its_reason(self, owner: Client, failed: str) -> None:
        decision = Decision.objects.get()
        counted = {**decision.counted, "category2": {**decision.counted["category2"], "score": 4}}
        Revision.objects.create(decision=decision, number=1, passed=False, points=22, counted=counted, recorded_at=clock.now())
        page = read(owner.get(f"{failed}result/"))
        assert "22 of 100 points." in page.text
        assert "#changes" in links(page)
        said = " ".join(page.text_of["changes"].split())
        assert "From 16 to 22 of 100 points" in said
        assert "2. Grey images: 2 of 5 became 4 of 5." in said
        assert "A file was graded again, and reached a higher score." in said


class TestAppeal:
    def test_x12_until_the_last_day_the_page_leads_to_an_appeal(self, owner: Client, failed: str) -> None:
        identifier = failed.split("/")[2]
        address = f"/help/new/?attempt={identifier}"
        assert links(read(owner.get(f"{failed}result/")), "/help/new/") == [address]
        assert owner.get(address).status_code == 200
        last = Decision.objects.get().recorded_at + timedelta(days=14)
        with clock.use(lambda: last):
            assert address in links(read(owner.get(f"{failed}result/")))
        with clock.use(lambda: last + timedelta(seconds=1)):
            assert address not in links(read(owner.get(f"{failed}result/")))

    def test_x12_an_appeal_that_waits_is_led_to_and_no_other_is_offered(self, owner: Client, failed: str) -> None:
        form = {"kind": "appeal", "about": f"attempt:{failed.split('/')[2]}", "text": "The score is wrong."}
        case = owner.post("/help/new/", form)["Location"]
        assert links(read(owner.get(f"{failed}result/")), "/help/")[:1] == [case]
        assert links(read(owner.get(f"{failed}result/")), "/help/new/") == []
        owner.post(f"{case}withdraw/")
        assert case not in links(read(owner.get(f"{failed}result/")))


class TestReceipts:
    def files(self, response: HttpResponse) -> dict[str, bytes]:
        assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
        assert response["Cache-Control"].find("no-store") >= 0
        assert zipfile.ZipFile(io.BytesIO(response.content)).testzip() is None
        return {str(path): content for path, content in iter_zip(response.content)}

    def test_x9_the_archive_holds_every_receipt_with_the_keys(self, owner: Client, passed: str, tmp_path: Path) -> None:
        owner.cookies["django_language"] = "ko"
        answer = owner.get(f"{passed}receipts.zip")
        files = self.files(answer)
        (tmp_path / "receipts.zip").write_bytes(answer.content)
        (tmp_path / "keys.json").write_bytes(files["keys.json"])
        keys, found = keys_in(tmp_path / "keys.json"), list(papers(tmp_path / "receipts.zip"))
        assert [one.standing(keys) for one in found] == [Standing.GENUINE] * 6
        receipts = [one.reading.submission for one in found if isinstance(one.reading, Receipt)]
        assert sorted(receipts) == sorted(str(one.pk) for one in Submission.objects.all())
        assert json.loads(files["keys.json"]) == owner.get("/api/v1/keys").json()
        assert ("guildmark verify" in files["README.txt"].decode(), translation.get_language()) == (True, "ko")

    def test_x9_one_receipt_is_the_signed_document_and_to_others_there_is_none(
        self, owner: Client, other: Client, failed: str
    ) -> None:
        submission = Submission.objects.first()
        paths = [f"{failed}receipts.zip", f"{failed}submissions/{submission.pk}/receipt.json"]
        answer = owner.get(paths[1])
        (key,) = owner.get("/api/v1/keys").json()
        assert (answer.json()["sha256"], is_signed_by(answer.json(), key["public_key"])) == (submission.sha256, True)
        assert answer["Content-Disposition"].startswith(f'attachment; filename="{submission.category}-')
        assert [other.get(path).status_code for path in paths] == [404, 404]
        assert [Client().get(path)["Location"].startswith("/accounts/login/") for path in paths] == [True, True]

    def test_before_anything_was_submitted_there_is_none(self, owner: Client, running: str) -> None:
        nobody = "00000000-0000-4000-8000-000000000000"
        paths = [f"{running}receipts.zip", f"{running}submissions/{nobody}/receipt.json"]
        assert [owner.get(path).status_code for path in paths] == [404, 404]


class TestHistory:
    def test_it_lists_every_attempt_and_submission_with_its_receipt(self, owner: Client, other: Client, failed: str) -> None:
        mine = [f"{failed}submissions/{one.pk}/receipt.json" for one in Submission.objects.order_by("category")]
        following = owner.post("/exam/", {"program": Program.objects.get().slug})["Location"]
        page = read(owner.get("/exam/history/"))
        assert [address for address in links(page, f"{failed}submissions/") if address.endswith("receipt.json")] == mine
        assert [owner.get(address.replace("receipt.json", "file")).status_code for address in mine] == [200, 200]
        assert links(page, f"{failed}receipts.zip") == [f"{failed}receipts.zip"]
        assert "16 of 100 points." in page.text
        assert [name for name in page.ids if name.startswith("attempt-")] == [
            f"attempt-{address.split('/')[2]}" for address in (following, failed)
        ]
        assert (page.problems, page.labels_missing) == ([], [])
        assert f"{failed}receipts.zip" in links(read(owner.get(f"{failed}result/")))
        assert failed not in other.get("/exam/history/").content.decode()

    def test_who_sat_nothing_is_told_so(self, owner: Client) -> None:
        assert "You have not sat an exam yet." in read(owner.get("/exam/history/")).text
