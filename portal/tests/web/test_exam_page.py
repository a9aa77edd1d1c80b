"""The page of the running exam: clock, instructions, uploads and what became of them."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guildmark_portal.exams.models import Submission

from .visiting import hand_in, read


class TestRunning:
    def test_x14_the_time_left_is_in_sight_by_the_servers_clock(self, owner: Client, running: str) -> None:
        page = read(owner.get(running))
        (clock,) = [attributes for _tag, attributes in page.tags if attributes.get("id") == "clock"]
        assert 17_900 < float(str(clock["data-left"])) <= 18_000

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
