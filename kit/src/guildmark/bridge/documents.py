"""What is asked of a bridge and what it answers. Parameters refuse what they do not know; results are frozen."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from guildmark.client.board import Board
from guildmark.client.notices import Document, Notice
from guildmark.protocol import SubmissionState

PROTOCOL = 1
"""Grows when a front-end of before would no longer understand what is answered."""


class Nothing(Document):
    """No parameters."""


class Hello(Document):
    """Who asks: the front-end and its version. `server` is the portal to go to where the folder names none."""

    client: str
    version: str = ""
    server: str | None = None


class Welcome(Document):
    """Where things stand. `folder` is None where there is no exam folder, `server` None where no portal is known.

    `language` is that of `words` and of every sentence, as HTML names it (`ko`, `zh-Hans`).
    """

    protocol: int = PROTOCOL
    version: str
    folder: str | None
    server: str | None
    signed_in: bool
    language: str
    words: dict[str, str]
    board: Board | None


class SignIn(Document):
    """Sign in, at `server` if one is named."""

    server: str | None = None


class SignedIn(Document):
    """Who is signed in, where."""

    server: str
    email: str
    name: str


class SignedOut(Document):
    """`text` says what is left to do, where the portal could not be told; it is empty otherwise."""

    text: str


class Offered(Document):
    """A program that can be sat."""

    slug: str
    title: str


class Programs(Document):
    """What can be sat. `chosen` is the one under way, or the only one there is; None where somebody has to choose."""

    programs: tuple[Offered, ...]
    chosen: str | None


class Prepare(Document):
    """Register at `program` and bring its sealed bundle into `folder`; both can be left out where there is no choice.

    With `another`, where the exam of the folder is over and there is room beside it, another one in a folder of its own.
    """

    program: str | None = None
    folder: Path | None = None
    another: bool = False


class Prepared(Document):
    """The sealed bundle is here, complete. `terms` are what a candidate should read before the clock starts.

    With `has_requirements`, the exam pins an environment, which `environment` makes.
    """

    folder: str
    exam_title: str
    size: int
    is_running: bool
    terms: tuple[str, ...]
    has_requirements: bool


class EnvironmentMade(Document):
    """What became of the wish for the exam's environment; `python` is its interpreter, None unless it is ready."""

    outcome: Literal["made", "there", "yours", "failed", "busy"]
    python: str | None
    text: str
    next_step: str


class BegunHere(Document):
    """The clock runs and the folder is filled. `kept` are files of the candidate that were left as they are."""

    folder: str
    kept: tuple[str, ...]
    board: Board


class Check(Document):
    """A category (`1` or `category1`), and a file where it is not the newest model in its folder."""

    category: str
    file: Path | None = None


class FindingText(Document):
    """One finding of a check."""

    code: str
    text: str


class CheckedText(Document):
    """What a look at the file found."""

    passed: bool
    file_name: str
    text: str
    findings: tuple[FindingText, ...]


class Submit(Document):
    """Hand in. With `anyway` false, warnings are answered instead: error `confirm`, with the notices in its details.

    Those name the `file` that they are about and how it was `seen`: given back with `anyway`, they make sure that no other
    file is sent. A file that was saved again since is looked at again.
    """

    category: str
    file: Path | None = None
    anyway: bool = False
    seen: str | None = None


class Submitted(Document):
    """What was handed in, graded or on its way; None where it waits to be sent. `text` says how it went."""

    submission: SubmissionState | None
    text: str
    notices: tuple[Notice, ...] = ()
    board: Board


class OneSubmission(Document):
    """A submission, by its id or the beginning of it."""

    submission: str


class OneCategory(Document):
    """A category: `1` or `category1`."""

    category: str


class Fetch(Document):
    """Write the file of a submission to `to`, which is not there yet; without it, beside the category's model."""

    submission: str
    to: Path | None = None


class Fetched(Document):
    """Where the file is now."""

    path: str


class Shown(Document):
    """The board after something was done."""

    board: Board


class ReadinessRow(Document):
    """A category on the list before Finish."""

    number: int
    title: str
    marks: str
    file_name: str
    ready: bool
    warning: str


class ReadinessText(Document):
    """What finishing now would mean. `also` are sentences on uploads under way and on scores that are awaited."""

    items: tuple[ReadinessRow, ...]
    also: tuple[str, ...]
    question: str


class Finish(Document):
    """End the exam. Without `confirm`, a list with warnings is refused.

    Where files wait that cannot be sent, it is refused with `still_waiting`, unless `leave_waiting` ends it without them.
    """

    confirm: bool = False
    leave_waiting: bool = False


class ResultRow(Document):
    """A category in the result."""

    number: int
    title: str
    marks: str
    points: str


class ResultText(Document):
    """The decision. `page` is its address on the portal, `certificate` that of the certificate, empty without one.

    Where it `has_room`, the exam's folder lies below the one that the tool shows, and another exam can be prepared beside it.
    """

    passed: bool
    text: str
    categories: tuple[ResultRow, ...]
    practise: tuple[str, ...]
    certificate: str
    page: str
    has_room: bool


class Page(Document):
    """The address of the exam on the portal."""

    url: str


class CheckLine(Document):
    """A check of this machine or of the way to the portal; `fallback` says how the exam is sat all the same."""

    name: str
    good: bool
    said: str
    fallback: str = ""


class CheckLines(Document):
    """All checks. `good` where nothing is left to do."""

    good: bool
    checks: tuple[CheckLine, ...] = Field(default=())
