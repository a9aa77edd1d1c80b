"""The page of the running exam: clock, instructions, uploads and what became of them."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from portal.tests.exams.conftest import downloaded

from guildmark_portal import clock
from guildmark_portal.exams import services
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.models import Attempt, Outage, OutageKind, Submission

from .visiting import hand_in, read


class TestRunning:
    def test_x14_the_time_left_is_in_sight_by_the_servers_clock(self, owner: Client, running: str) -> None:
        page = read(owner.get(running))
        (clock,) = [attributes for _tag, attributes in page.tags if attributes.get("id") == "clock"]
        assert 17_900 < float(str(clock["data-left"])) <= 18_000

    @pytest.mark.parametrize(
        ("minutes", "at", "before"),
        [(60, "Less than 1 hour left.", ""), (15, "Less than 15 minutes left.", "hour"), (5, "Less than 5 minutes", "15 min")],
    )
    def test_x14_a_warning_stands_there_from_the_second_after_60_15_and_5_minutes(
        self, owner: Client, running: str, minutes: int, at: str, before: str
    ) -> None:
        due = Attempt.objects.get().started_at + timedelta(hours=5) - timedelta(minutes=minutes)
        said = {}
        for second in (0, 1):
            with clock.use(lambda second=second: due + timedelta(seconds=second)):
                page = read(owner.get(running))
            said[second] = page.text_of["clock"]
        assert (at in said[0], at in said[1]) == (False, True)
        assert before in said[0]
        assert ("Less than" in said[0]) is (minutes < 60)

    def test_x10_credited_time_moves_what_stands_beside_the_clock_and_says_why(self, owner: Client, running: str) -> None:
        grant = {"seconds": 125, "reason": "The portal was down.", "actor": "tests", "now": clock.now()}
        services.grant_credit(attempt=Attempt.objects.get(), **grant)
        page = read(owner.get(running))
        assert "You got 2 min 5 s more: The portal was down." in page.text_of["credits"]
        due = (Attempt.objects.get().started_at + timedelta(hours=5, seconds=125)).isoformat()
        assert due in [attributes.get("datetime") for tag, attributes in page.tags if tag == "time"]

    def test_s5_instructions_tips_contract_and_forbidden_layers_stand_beside_the_upload(
        self, owner: Client, running: str
    ) -> None:
        page = read(owner.get(running))
        for said in ("Train a model.", "A tip for task 4.", "(None, 28, 28) float32", "(None, 10) float32", "LSTM", "Lambda"):
            assert said in page.text
        assert len([1 for tag, attributes in page.tags if tag == "form" and "data-upload" in attributes]) == 5

    def test_markdown_of_an_author_brings_no_code_into_the_page(self, owner: Client, running: str) -> None:
        page = read(owner.get(running))
        assert '<script>alert("no")</script>' in page.text
        assert page.problems == []
        links = [attributes.get("href") for tag, attributes in page.tags if tag == "a"]
        assert ("https://example.org" in links, "javascript:alert" in links) == (True, False)

    def test_the_newest_report_stands_in_the_upload_panel(self, owner: Client, running: str, work: Callable[[], None]) -> None:
        hand_in(owner, running, 2, b"score 4")
        assert "Waiting to be graded" in read(owner.get(running)).text_of["newest-category2"]
        work()
        newest = read(owner.get(running)).text_of["newest-category2"]
        for said in ("4/5", "Graded", "Accuracy 0.8500", "what is missing is quality", "Train longer.", "mymodel.keras"):
            assert said in newest
        hand_in(owner, running, 2, b"lambda")
        work()
        newest = read(owner.get(running)).text_of["newest-category2"]
        assert ("Not accepted" in newest, "4/5" in newest, "Graded" in newest) == (True, False, False)

    def test_the_workspace_and_then_the_upload_come_before_the_instructions(self, owner: Client, running: str) -> None:
        text = read(owner.get(running)).text
        said = ("Download workspace.zip", "Choose the model file", "Before you submit", "A tip for task 1.", "Train a model.")
        places = [text.index(words) for words in said]
        assert places == sorted(places)
        assert text.count("A tip for task 1.") == 1

    def test_a_category_is_a_small_line_above_the_title_of_its_task(self, owner: Client, running: str) -> None:
        said = read(owner.get(running)).text_of
        assert said["title-category3"].split() == ["Category", "3:", "Colour", "images", "Task", "3"]

    def test_limits_are_said_in_the_unit_that_they_are_meant_in(self, owner: Client, running: str) -> None:
        text = read(owner.get(running)).text
        assert "up to 20 MiB" in text
        assert text.count("up to 20 ms of processor time for 1,000 rows") == 1

    def test_the_workspace_comes_as_an_archive(self, owner: Client, running: str) -> None:
        response = owner.get(f"{running}workspace.zip")
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            names = set(archive.namelist())
        assert {f"Category{number}/starter.py" for number in range(1, 6)} < names
        assert not any(name.endswith((".npy", "bank.json")) for name in names)

    def test_a_submission_is_shown_with_score_metric_reason_and_hint(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 2, b"score 4")
        work()
        page = read(owner.get(running))
        for said in (
            "4/5",
            "Accuracy 0.8500",
            "what is missing is quality",
            "0.9000",
            "Train longer.",
            "mymodel.keras",
            "Counts",
        ):
            assert said in page.text

    def test_it_says_that_a_submission_waits(self, owner: Client, running: str) -> None:
        hand_in(owner, running, 1, b"score 1")
        page = read(owner.get(running))
        assert "Waiting to be graded" in page.text

    def test_s9_a_refused_model_says_why_and_changes_no_score(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 1, b"score 3")
        hand_in(owner, running, 1, b"lambda")
        work()
        page = read(owner.get(running))
        assert "Not accepted" in page.text
        assert "The model has a Lambda layer (lambda_1), which is never accepted" in page.text
        assert page.text_of["best-category1"].split() == ["3/5", "10", "points"]

    @pytest.mark.parametrize("language", ["ko", "zh-hans"])
    def test_s9_why_a_model_was_refused_is_said_in_the_readers_language(
        self, owner: Client, running: str, work: Callable[[], None], language: str
    ) -> None:
        hand_in(owner, running, 1, b"lambda")
        work()
        owner.cookies["django_language"] = language
        page = read(owner.get(running))
        newest = page.text_of["newest-category1"]
        assert ("Lambda" in newest, "which is never accepted" in newest) == (True, False)

    def test_x9_the_form_goes_on_where_another_device_stopped(self, owner: Client, running: str) -> None:
        content = b"score 4" + bytes(1000)
        said = {"category": b"category1", "filename": b"mymodel.keras", "sha256": hashlib.sha256(content).hexdigest().encode()}
        metadata = ",".join(f"{name} {base64.b64encode(value).decode()}" for name, value in said.items())
        tus = {"Tus-Resumable": "1.0.0"}
        announced = {**tus, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        opened = owner.post(f"/api/v1/attempts/{running.split('/')[-2]}/uploads", headers=announced)
        owner.patch(
            opened.headers["Location"],
            content[:500],
            content_type="application/offset+octet-stream",
            headers={**tus, "Upload-Offset": "0"},
        )
        hand_in(owner, running, 1, content)
        stands = owner.head(opened.headers["Location"]).headers
        assert stands["Upload-Offset"] == str(len(content))
        assert stands["Guildmark-Submission"] == str(Submission.objects.get().pk)

    def test_an_empty_file_is_refused_at_once(self, owner: Client, running: str) -> None:
        page = read(owner.post(f"{running}category1/hand-in/", {"model": SimpleUploadedFile("m.keras", b"")}, follow=True))
        assert "The file is empty." in page.text

    def test_no_file_at_all_is_refused_with_a_next_step(self, owner: Client, running: str) -> None:
        page = read(owner.post(f"{running}category1/hand-in/", follow=True))
        assert "No file was chosen. Choose the saved model, then submit it." in page.text

    def test_an_unknown_category_is_refused(self, owner: Client, running: str) -> None:
        page = read(owner.post(f"{running}category9/hand-in/", {"model": SimpleUploadedFile("m", b"1")}, follow=True))
        assert "This exam has no such category." in page.text

    def test_bytes_that_were_sent_before_are_taken_again_in_another_category(
        self, owner: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 1, b"score 5")
        hand_in(owner, running, 2, b"score 5")
        work()
        said = read(owner.get(running)).text_of
        assert [said[f"history-category{number}"].count("Full score:") for number in (1, 2)] == [1, 1]


class TestTime:
    """What is said of time that was added, or that stands still."""

    def test_x10_added_time_is_one_notice_with_its_sum_and_what_it_was_for(self, owner: Client, running: str) -> None:
        said = []
        for minutes, reason in ((2, "The room was evacuated."), (3, "The power failed.")):
            grant_credit(attempt=Attempt.objects.get(), seconds=60 * minutes, reason=reason, actor="tests", now=clock.now())
            page = read(owner.get(running))
            assert len([a for tag, a in page.tags if tag == "div" and "notice good" in str(a.get("class"))]) == 1
            said.append(" ".join(page.text_of["credits"].split()))
        assert said[0] == "You got 2 min more: The room was evacuated."
        assert said[1].startswith("You got 5 min more in all. What for")
        assert [words in said[1] for words in ("2 min more: The room", "3 min more: The power")] == [True, True]

    def test_x10_while_the_time_stands_still_an_incident_can_be_reported_beside_the_clock(
        self, owner: Client, running: str
    ) -> None:
        assert "Report an incident" not in read(owner.get(running)).text_of["clock"]
        Outage.objects.create(kind=OutageKind.PORTAL.value, began_at=clock.now(), noticed_at=clock.now(), reason="It was down.")
        page = read(owner.get(running))
        assert "stands still Report an incident" in " ".join(page.text_of["clock"].split())
        (address,) = [str(a["href"]) for tag, a in page.tags if tag == "a" and "kind=incident" in str(a.get("href"))]
        form = read(owner.get(address))
        chosen = [a.get("value") for _tag, a in form.tags if "checked" in a or "selected" in a]
        assert chosen == ["incident", f"attempt:{Attempt.objects.get().pk}"]


class TestWhatCounts:
    """What stands beside the upload of everything that was submitted, and what its candidate can do with it."""

    @pytest.fixture
    def two(self, owner: Client, running: str, work: Callable[[], None]) -> list[str]:
        """The ids of two submissions to the second category, scored 4 and then 2."""
        for content in (b"score 4", b"score 2"):
            hand_in(owner, running, 2, content)
        work()
        return [str(one.pk) for one in Submission.objects.order_by("received_at")]

    @pytest.mark.usefixtures("two")
    def test_x2_the_distance_to_the_next_point_is_a_number(self, owner: Client, running: str) -> None:
        said = read(owner.get(running)).text_of
        assert [words in said["history-category2"] for words in ("0.05 more for 5", "0.05 more for 3")] == [True, True]
        bands = " ".join(said["bands-category2"].split())
        assert bands.endswith("3/5 0.7000 4/5 0.8000 you are here 5/5 0.9000 0.05 more for 5")
        assert "you are here" not in said["bands-category1"]

    def test_x2_a_score_of_0_stands_on_the_bands_too(self, owner: Client, running: str, work: Callable[[], None]) -> None:
        hand_in(owner, running, 1, b"score 0")
        work()
        bands = " ".join(read(owner.get(running)).text_of["bands-category1"].split())
        assert "0/5 you are here 1/5 0.5000 0.05 more for 1 2/5" in bands

    def test_x1_a_pin_counts_until_it_is_taken_back(self, owner: Client, running: str, two: list[str]) -> None:
        better, worse = two
        for chosen, counts, rule in ((worse, "2/5", "You chose the one that counts"), ("", "4/5", "The best one counts.")):
            answer = owner.post(f"{running}category2/pin/", {"submission": chosen})
            assert (answer.status_code, answer["Location"]) == (302, f"{running}#history-category2")
            page = read(owner.get(running))
            assert page.text_of["best-category2"].split()[0] == counts
            assert rule in page.text_of["history-category2"]
            buttons = {a["id"]: a["value"] for tag, a in page.tags if tag == "button" and a.get("form") == "pin-category2"}
            other = f"choose-{better}"
            assert buttons == {other: better, **({f"unpin-{worse}": ""} if chosen else {f"choose-{worse}": worse})}

    def test_x1_only_ones_own_submission_of_this_category_is_pinned(
        self, owner: Client, other: Client, running: str, two: list[str]
    ) -> None:
        assert other.post(f"{running}category2/pin/", {"submission": two[1]}).status_code == 404
        assert owner.post(f"{running}category2/pin/", {"submission": "no such one"}).status_code == 404
        page = read(owner.post(f"{running}category1/pin/", {"submission": two[1]}, follow=True))
        assert "Only a submission of this category that has a score can be pinned." in page.text
        assert page.text_of["best-category2"].split()[0] == "4/5"

    @pytest.mark.usefixtures("two")
    def test_x1_any_file_comes_back_byte_for_byte(
        self, owner: Client, other: Client, running: str, work: Callable[[], None]
    ) -> None:
        hand_in(owner, running, 3, b"lambda")
        work()
        for submission in Submission.objects.all():
            address = f"{running}submissions/{submission.pk}/file"
            assert address in [a.get("href") for tag, a in read(owner.get(running)).tags if tag == "a" and "download" in a]
            answer = owner.get(address)
            assert (answer["Content-Disposition"], "no-store" in answer["Cache-Control"]) == (
                'attachment; filename="mymodel.keras"',
                True,
            )
            content = downloaded(answer)
            assert (len(content), hashlib.sha256(content).hexdigest()) == (submission.size, submission.sha256)
            assert other.get(address).status_code == 404
            assert owner.get(address.replace(str(submission.pk), running.split("/")[2])).status_code == 404

    def test_x6_the_list_before_finish_names_the_file_that_counts(self, owner: Client, running: str, two: list[str]) -> None:
        assert "mymodel.keras" in read(owner.get(f"{running}finish/")).text
        owner.post(f"{running}category2/pin/", {"submission": two[1]})
        page = read(owner.get(f"{running}finish/"))
        assert "Pinned" in page.text
        assert "2 counts here, though another submission has 4." in page.text
        assert page.problems == []

    @pytest.mark.usefixtures("two")
    def test_no_pin_is_offered_once_the_exam_is_over(self, owner: Client, running: str) -> None:
        owner.post(f"{running}finish/", {"confirm": "yes"})
        page = read(owner.get(running, follow=True))
        assert [a for tag, a in page.tags if tag == "button" and a.get("name") == "submission"] == []
