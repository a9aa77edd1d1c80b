"""The dashboard on boards of our own making: what it shows, and what its keys do. Time is a number that the test sets."""

import asyncio
import socket
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest

from guildmark.client.board import Board, BoardCategory, BoardModel, BoardSubmission
from guildmark.client.looking import Considered, Look
from guildmark.client.notices import Level, Notice
from guildmark.client.reaching import unreachable
from guildmark.client.time_left import Clock
from guildmark.errors import ModelRefused, ServerUnreachable, SignInRequired, StillWaiting, UsageError
from guildmark.rules.attempt import Phase
from guildmark.ui.dashboard import Dashboard
from guildmark.ui.told import failed, news
from guildmark.ui.window import BoardCame, Moved

pytest.importorskip("textual")
LEFT_S = 4 * 3600 + 59 * 60 + 7
AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
STALE = Notice(level=Level.CAUTION, code="older_than_code", text="Category1/starter.py changed after mymodel.keras was saved.")


def submission(score, number=1):
    marks = f"{'◆' * score}{'◇' * (5 - score)}  {score}"
    return BoardSubmission(
        id=f"5ubm15510{number}",
        short=f"5ubm155{number}",
        file_name="mymodel.keras",
        received_at=AT,
        is_graded=True,
        queue_position=None,
        score=score,
        marks=marks,
        standing="Mean absolute error 6 USD",
        message="",
        to_next="1 USD less for 5",
        hint="",
        counts=True,
        pinned=False,
    )


def category(number, title, *, submissions=(), notices=(), has_model=False, waiting=0):
    folder = f"Category{number}"
    model = BoardModel(
        name="mymodel.keras",
        path=f"{folder}/mymodel.keras",
        size=4096,
        saved_at=AT,
        text="mymodel.keras, 4.0 KiB, saved 09:00:00",
    )
    best = max((one.score for one in submissions), default=None)
    return BoardCategory(
        id=f"category{number}",
        number=number,
        title=title,
        weight=50,
        folder=folder,
        starter=f"{folder}/starter.py",
        instructions=f"{folder}/instructions.en.md",
        task_title=f"{title}: house prices",
        hints=("Scale the inputs.", "Stop when the validation loss rises."),
        contract=("Input: (None, 4) float32", "Output: (None, 1) float32", "Formats: .keras, .h5", "Size: at most 1.0 MiB"),
        metric="Mean absolute error",
        bands=("1: at most 9 USD", "5: at most 5 USD"),
        model=model if has_model else None,
        notices=notices,
        waiting=waiting,
        best_score=best,
        marks="◇◇◇◇◇  -" if best is None else submissions[0].marks,
        pinned=False,
        upload=None,
        submissions=tuple(submissions),
    )


def board(
    *,
    left=4 * 3600 + 59 * 60 + 7,
    submissions=(),
    online=True,
    signed_in=True,
    notices=(),
    phase=Phase.RUNNING,
    level=Level.INFO,
    **of_first,
):
    return Board(
        server="https://exam.example.org",
        folder="/home/ada/exam",
        attempt="a",
        exam_title="Practitioner",
        exam_version="2026.1",
        kind="demo",
        phase=phase,
        online=online,
        offline_since=None if online else AT,
        signed_in=signed_in,
        clock=Clock(
            time_left_s=left,
            is_running=phase is Phase.RUNNING,
            stands_still=False,
            deadline=AT,
            duration_s=18000,
            text="",
            level=level,
        ),
        breaks_left=0,
        notices=tuple(notices),
        categories=(
            category(1, "Regression", submissions=submissions, **of_first),
            category(2, "Images"),
        ),
    )


class Room:
    """An exam whose boards the test tells, and which notes what it was asked to do."""

    def __init__(self, first):
        self.first, self.done, self.against, self.refuses = first, [], (), {}
        self.changed, self.goes_on, self.waits = None, threading.Event(), None
        self.goes_on.set()
        self.another_tool_sends = False

    def start(self, changed):
        self.changed = changed
        changed(self.first)

    def close(self):
        self.done.append("close")

    def _meet(self, verb):
        assert self.goes_on.wait(20)
        if verb in self.refuses:
            raise self.refuses[verb]

    def consider(self, category):
        self._meet("consider")
        return Considered(Path(f"{category}/mymodel.keras"), Look.PASSED, self.against)

    def check(self, category):
        self._meet("check")
        self.done.append(f"check {category}")
        return "mymodel.keras: nothing speaks against submitting it."

    def submit(self, category, file, progress, *, held_up):
        if self.another_tool_sends:
            held_up()
        progress(2048, 4096)
        self._meet("submit")
        assert file == Path(f"{category}/mymodel.keras")
        self.done.append(f"submit {category}")
        progress(4096, 4096)
        self.changed(board(submissions=[submission(4)], has_model=True))
        return ""

    def instructions(self, path):
        self._meet("instructions")
        return f"# {path}\n\nPredict the price of a house."

    def pin(self, submission):
        self.done.append(f"pin {submission}")
        return "mymodel.keras counts now."

    def unpin(self, category):
        self.done.append(f"unpin {category}")
        return "The exam's rule says again what counts."

    def readiness(self):
        self._meet("readiness")
        return ("1  ◆◆◆◆◇  4  Regression", "2  ◇◇◇◇◇  -  Images  Nothing was submitted.")

    def finish(self, *, leave_waiting, say):
        self._meet("finish")
        if self.another_tool_sends:
            say("Another tool goes first.")
        if self.waits and not leave_waiting:
            raise self.waits
        self.done.append("finish")

    def sign_in(self, say):
        self.done.append("sign in")
        say("https://exam.example.org/activate?code=ABCD  ABCD")
        self.changed(board())
        return "Signed in at https://exam.example.org as ada@example.org."


class Clockwork:
    """A clock that stands until it is set on."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def sit():
    """A dashboard on a room, and its clock."""

    def made(**facts):
        room, now = Room(board(**facts)), Clockwork()
        return room, Dashboard(room, now=now), now

    return made


def text_of(app, selector):
    return str(app.query_one(selector).render())


def log_of(app):
    return "\n".join(strip.text for strip in app.query_one("#log").lines)


async def settled(app, pilot):
    """Wait until nothing goes on beside the screen, and what came of it is drawn."""
    for _turn in range(3):
        while app.beside._going:
            await pilot.pause(0.01)
        await pilot.pause()


async def test_x14_the_time_left_is_counted_on_between_two_boards(sit):
    _room, app, now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        assert text_of(app, "#clock") == "Time left: 4:59:07"
        now.seconds += 67
        app._tick()
        assert text_of(app, "#clock") == "Time left: 4:58:00"


async def test_when_the_exam_was_ended_elsewhere_it_says_what_comes_next(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        room.changed(board(phase=Phase.DECIDED, left=0))
        await settled(app, pilot)
        assert text_of(app, "#clock") == "The exam is finished. Next: guildmark result"


async def test_offline_it_says_by_whose_clock(sit):
    notice = Notice(level=Level.URGENT, code="offline", text="The portal does not answer. Nothing is lost.")
    _room, app, _now = sit(online=False, notices=[notice])
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        assert text_of(app, "#clock").startswith("Offline; time left, by this machine: 4:59:07")
        assert "Nothing is lost" in text_of(app, "#notices")


def test_a_portal_that_answers_and_refuses_us_is_not_said_to_be_gone():
    def heard(code):
        notice = Notice(level=Level.URGENT, code=code, text="The reason.")
        return list(news(board(online=False, notices=[notice]), board()))

    assert (heard("protocol_version"), heard("offline")) == ([], ["The portal does not answer."])
    assert list(news(board(), board(online=False))) == ["The portal answers again."]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SignInRequired(next_step="Run: guildmark login --server https://exam.example.org"), "Press l to sign in again."),
        (unreachable("https://exam.example.org", socket.gaierror(-2, "unknown")), "press the key again; nothing is lost."),
    ],
)
def test_what_an_error_says_of_commands_is_said_of_keys(error, said):
    assert failed(error).endswith(said)


async def test_a_sign_in_that_is_over_is_no_lost_connection_and_a_key_signs_in_again(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("l")
        await settled(app, pilot)
        assert room.done == []
        notice = Notice(level=Level.URGENT, code="sign_in", text="Your sign-in has expired.")
        await asyncio.to_thread(room.changed, board(signed_in=False, notices=[notice]))
        await pilot.pause()
        assert text_of(app, "#clock") == "Signed out; time left, by this machine: 4:59:07"
        assert "Press l to sign in again" in log_of(app)
        await pilot.press("l")
        await settled(app, pilot)
        assert room.done == ["sign in"]
        assert "code=ABCD" in log_of(app)
        assert "Signed in at" in log_of(app)
        assert text_of(app, "#clock") == "Time left: 4:59:07"


async def test_s5_hints_and_contract_of_the_chosen_category_stand_beside_the_list(sit):
    _room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        assert "Scale the inputs." in text_of(app, "#told")
        assert "Input: (None, 4) float32" in text_of(app, "#told")
        await pilot.press("down")
        await pilot.pause()
        assert text_of(app, "#told").startswith("2  Images: house prices")


async def test_s4_a_key_submits_and_the_score_is_in_the_log(sit):
    room, app, _now = sit(has_model=True)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("s")
        await settled(app, pilot)
        assert room.done == ["submit category1"]
        assert log_of(app).count("Category 1: ◆◆◆◆◇  4  Mean absolute error 6 USD  1 USD less for 5") == 1


async def test_without_a_model_it_says_what_to_run(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("s")
        await settled(app, pilot)
        assert room.done == []
        assert "no model is saved yet. Run Category1/starter.py." in log_of(app)


@pytest.mark.parametrize(("keys", "done"), [(("enter",), []), (("escape",), []), (("tab", "enter"), ["submit category1"])])
async def test_what_speaks_against_a_model_is_asked_first(sit, keys, done):
    room, app, _now = sit(has_model=True, notices=[STALE])
    room.against = (STALE,)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("s")
        await settled(app, pilot)
        await pilot.press(*keys)
        await settled(app, pilot)
        assert room.done == done


async def test_x14_the_time_goes_on_behind_a_question(sit):
    _room, app, now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await settled(app, pilot)
        now.seconds += 60
        app._tick()
        assert str(app.screen_stack[0].query_one("#clock").render()) == "Time left: 4:58:07"


async def test_a_refusal_is_told_with_its_next_step(sit):
    room, app, _now = sit(has_model=True)
    room.refuses["check"] = ModelRefused("The file has no layers.", next_step="Save the model again.")
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("c")
        await settled(app, pilot)
        assert "Category 1: The file has no layers. Save the model again." in log_of(app)


async def test_x6_finishing_shows_what_is_missing_and_wants_a_yes(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await settled(app, pilot)
        shown = "\n".join(str(line.render()) for line in app.screen.query("#question Static"))
        assert "Nothing was submitted." in shown
        await pilot.press("enter")
        await pilot.pause()
        assert room.done == []
        await pilot.press("f")
        await settled(app, pilot)
        await pilot.press("tab", "enter")
        await settled(app, pilot)
        assert room.done == ["finish"]


@pytest.mark.parametrize(
    ("key", "verb", "error", "said"),
    [
        (
            "s",
            "consider",
            UsageError("There is no mymodel.keras.", next_step="Train it."),
            "There is no mymodel.keras. Train it.",
        ),
        (
            "s",
            "submit",
            ServerUnreachable("Nobody answered."),
            "Nobody answered. Check your connection and press the key again",
        ),
        ("f", "readiness", ServerUnreachable("Nobody answered."), "Nobody answered. Check your connection and press the key"),
        ("i", "instructions", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "Mend that and press the key"),
        ("c", "check", PermissionError(13, "Permission denied"), "Permission denied Mend that and press the key again."),
        ("c", "check", ZeroDivisionError("a bug"), "Something on our side broke. It is not counted against you."),
    ],
)
async def test_whatever_fails_is_told_and_ends_nothing(sit, key, verb, error, said):
    room, app, _now = sit(has_model=True)
    room.refuses[verb] = error
    async with app.run_test(size=(200, 34)) as pilot:
        await pilot.pause()
        await pilot.press(key)
        await settled(app, pilot)
        assert said in log_of(app)
        assert room.done == []
        await pilot.press("down")
        assert app.query_one("#categories").cursor_row == 1


async def test_a_finish_that_fails_on_the_disk_is_told(sit):
    room, app, _now = sit()
    room.refuses["finish"] = OSError(28, "No space left on device")
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await settled(app, pilot)
        await pilot.press("tab", "enter")
        await settled(app, pilot)
        assert "No space left on device" in log_of(app)


@pytest.mark.parametrize(("answer", "done"), [(("enter",), []), (("tab", "enter"), ["finish"])])
async def test_files_that_wait_are_named_before_the_exam_is_finished_without_them(sit, answer, done):
    room, app, _now = sit()
    room.waits = StillWaiting("mymodel.keras is not sent yet.")
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await settled(app, pilot)
        await pilot.press("tab", "enter")
        await settled(app, pilot)
        assert "mymodel.keras is not sent yet." in "\n".join(
            str(line.render()) for line in app.screen.query("#question Static")
        )
        await pilot.press(*answer)
        await settled(app, pilot)
        assert room.done == done


async def test_nothing_freezes_while_the_portal_takes_its_time(sit):
    room, app, now = sit()
    room.goes_on.clear()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await pilot.pause()
        now.seconds += 60
        app._tick()
        await pilot.press("down")
        assert (text_of(app, "#clock"), app.query_one("#categories").cursor_row) == ("Time left: 4:58:07", 1)
        room.goes_on.set()
        await settled(app, pilot)
        assert len(app.screen_stack) == 2


async def test_a_notice_says_what_to_do(sit):
    full = Notice(level=Level.URGENT, code="disk", text="The disk is full.", next_step="Make room.")
    _room, app, _now = sit(notices=[full])
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        assert text_of(app, "#notices") == "The disk is full. Make room."


async def test_while_a_file_is_sent_quitting_is_asked_first(sit):
    room, app, _now = sit(has_model=True)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await being_sent(room, app, pilot)
        await pilot.press("q")
        await pilot.pause()
        shown = "\n".join(str(line.render()) for line in app.screen.query("#question Static"))
        assert "mymodel.keras is being sent." in shown
        await pilot.press("enter")
        await pilot.pause()
        assert (app.is_running, app.gave_up, len(app.screen_stack)) == (True, False, 1)
        await pilot.press("q")
        await pilot.pause()
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert (app.gave_up, app.is_sending, room.done) == (True, True, [])
    room.goes_on.set()


async def test_while_a_file_is_sent_who_finishes_is_told_so(sit):
    room, app, _now = sit(has_model=True)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await being_sent(room, app, pilot)
        room.readiness = lambda: ("1  ◇◇◇◇◇  -  Regression",)
        await pilot.press("f")
        while len(app.screen_stack) == 1:
            await pilot.pause(0.01)
        shown = [str(line.render()) for line in app.screen.query("#question Static")]
        assert shown[:2] == ["1  ◇◇◇◇◇  -  Regression", "mymodel.keras is being sent."]
        room.goes_on.set()


async def test_who_submits_behind_another_tool_is_told_so(sit):
    room, app, _now = sit(has_model=True)
    room.another_tool_sends = True
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("s")
        await settled(app, pilot)
        assert "Category 1: Another tool sends a file in this category." in log_of(app)


async def test_who_finishes_behind_another_tool_is_told_so(sit):
    room, app, _now = sit()
    room.another_tool_sends = True
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await settled(app, pilot)
        await pilot.press("tab", "enter")
        await settled(app, pilot)
        assert ("Another tool goes first." in log_of(app), room.done) == (True, ["finish"])


async def test_what_waits_to_be_sent_is_told_to_who_quits(sit):
    _room, app, _now = sit(waiting=1)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        shown = [str(line.render()) for line in app.screen.query("#question Static")]
        assert shown[0] == "Category 1: a file waits here to be sent."
        await pilot.press("tab", "enter")
        await pilot.pause()
    assert (app.gave_up, app.is_running) == (True, False)


async def test_when_nothing_is_sent_it_is_left_at_once(sit):
    _room, app, _now = sit()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("q")
    assert (app.gave_up, app.is_sending) == (False, False)


async def test_a_window_that_is_closed_without_a_word_cuts_nothing(sit):
    room, app, _now = sit(has_model=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        await being_sent(room, app, pilot)
        app.exit()
    assert (app.is_sending, app.gave_up, room.done) == (True, False, ["close"])
    room.goes_on.set()
    app.beside.wait()
    assert room.done == ["close", "submit category1"]


async def test_a_category_whose_file_is_being_sent_is_not_sent_twice(sit):
    room, app, _now = sit(has_model=True)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await being_sent(room, app, pilot)
        await pilot.press("s")
        await pilot.pause()
        assert "mymodel.keras is being sent." in log_of(app)
        room.goes_on.set()
        await settled(app, pilot)
        assert room.done == ["submit category1"]


async def being_sent(room, app, pilot):
    """Press the key to submit, and hold the file on its way."""
    held, consider = room.goes_on, room.consider
    room.consider = lambda category: (consider(category), held.clear())[0]
    await pilot.press("s")
    while not app.is_sending or held.is_set():
        await pilot.pause(0.01)
    await pilot.pause()


async def test_a_score_that_comes_from_elsewhere_is_in_the_log_once(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        for _time in range(2):
            await asyncio.to_thread(room.changed, board(submissions=[submission(4)]))
            await settled(app, pilot)
        assert log_of(app).count("◆◆◆◆◇  4") == 1


async def test_the_cursor_stays_where_it_was_when_a_board_comes(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await pilot.press("down")
        await asyncio.to_thread(room.changed, board(submissions=[submission(4)]))
        await pilot.pause()
        assert app.query_one("#categories").cursor_row == 1


async def test_what_comes_while_it_closes_finds_nothing_to_draw_on(sit):
    room, app, _now = sit()
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
    app._tick()
    app.on_board_came(BoardCame(board()))
    assert room.done == ["close"]


async def test_it_follows_no_more_when_it_ends(sit):
    room, app, _now = sit()
    async with app.run_test() as pilot:
        await pilot.pause()
    assert room.done == ["close"]


@pytest.mark.parametrize("size", [(110, 34), (60, 30)])
def test_it_looks_as_it_did(sit, snap_compare, size):
    _room, app, _now = sit(
        submissions=[submission(4)],
        has_model=True,
        left=12 * 60,
        level=Level.URGENT,
        notices=[Notice(level=Level.URGENT, code="time_15", text="Less than 15 minutes left.")],
    )
    assert snap_compare(app, terminal_size=size)


@pytest.mark.parametrize("gone", ["#clock", "#notices", "#categories", "#told", "#progress", "#log"])
async def test_what_comes_while_the_widgets_are_taken_away_is_left_undrawn(sit, gone):
    room, app, _now = sit(has_model=True)
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause()
        await app.query_one(gone).remove()
        app._tick()
        app.on_board_came(BoardCame(room.first))
        app.on_moved(Moved("category1", 1, 2))
        app.on_data_table_row_highlighted()
        app._say("Late.")
        await pilot.press("c", "s", "p", "u", "i", "down")
        await settled(app, pilot)
        assert app.is_running
        assert room.done == []
