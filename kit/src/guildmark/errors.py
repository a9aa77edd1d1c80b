"""Everything that can go wrong and that a person is told about.

    GuildmarkError             what happened, and what to do next
    ├── UsageError             the command was called wrongly             (exit status 2)
    │   ├── PackUnreadable     an exam pack or bank cannot be used        (2)
    │   ├── NoExamHere         the command needs an exam folder           (2)
    │   ├── NoPortalKnown      nobody said which portal is meant          (2)
    │   ├── CheckUnavailable   the extra [check] is not installed         (2)
    │   └── ConfirmationNeeded nobody is there to be asked                (2)
    ├── Refused                a rule said no; the candidate can mend it  (3)
    │   ├── ModelRefused       the model file breaks the contract         (3)
    │   ├── AttemptClosed      the time is up, or the exam was finished   (3)
    │   ├── NotStarted         the exam has not begun                     (3)
    │   ├── BundleDamaged      the download does not match its digest     (3)
    │   ├── StillWaiting       a file that was handed in is not sent yet  (3)
    │   ├── WorkspaceDamaged   a file of ours in the exam folder is broken (3)
    │   └── ResultPending      the last submissions are not graded yet    (3)
    ├── SignInRequired         no sign-in, or an expired one              (4)
    ├── ServerUnreachable      no answer from the portal                  (5)
    │   └── KeptInOutbox       a file waits here until the portal answers (5)
    └── OurFault               something of ours broke                    (1)
        ├── PortalFault        the portal stumbled; it is tried again     (1)
        └── ReceiptInvalid     a receipt does not verify                  (1)

The class docstring is the default message. `next_step` is one sentence that says what to do now; it is never empty.
"""

from dataclasses import dataclass
from typing import ClassVar

from guildmark.i18n import _, mark


class GuildmarkError(Exception):
    """Something went wrong."""

    exit_code: ClassVar[int] = 1
    default_next_step: ClassVar[str] = mark("Try again; if it happens again, write to the exam's support contact.")

    def __init__(self, message: str | None = None, *, next_step: str | None = None, code: str | None = None) -> None:
        self.message = message if message is not None else _((type(self).__doc__ or "").strip())
        self.next_step = next_step if next_step is not None else _(self.default_next_step)
        self._code = code
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()

    @property
    def code(self) -> str:
        """The name that `--json` prints: the one that a server gave, else the class name in snake_case."""
        if self._code is not None:
            return self._code
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


class UsageError(GuildmarkError):
    """The command was called in a way that it does not understand."""

    exit_code = 2
    default_next_step = mark("Run the command again with --help to see what it takes.")


@dataclass(frozen=True)
class PackProblem:
    """One thing that is wrong with a pack: the file (its path in the pack), the line where it can be told, and what."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class PackUnreadable(UsageError):
    """The exam pack cannot be read."""

    default_next_step = mark("Run: guildmark-grader pack check PACK")

    def __init__(
        self, message: str | None = None, *, next_step: str | None = None, problems: tuple[PackProblem, ...] = ()
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.problems = problems


class NoExamHere(UsageError):
    """There is no exam in this folder or above it."""

    default_next_step = mark("Change to the folder of your exam, or run: guildmark start")


class NoPortalKnown(UsageError):
    """No portal is known."""

    default_next_step = mark("Run: guildmark login --server URL")


class CheckUnavailable(UsageError):
    """Looking at a model file needs numpy and h5py, which are not installed here."""

    default_next_step = mark('Run: pip install "guildmark[check]"')


class ConfirmationNeeded(UsageError):
    """This needs your word, and nobody can be asked here."""

    default_next_step = mark("Run the same command again with --yes.")


class Refused(GuildmarkError):
    """A rule of the exam does not allow that."""

    exit_code = 3
    default_next_step = mark("Run: guildmark status")


class ModelRefused(Refused):
    """The model file does not meet the task's contract."""

    default_next_step = mark("Change the model as described, and submit it again.")


class AttemptClosed(Refused):
    """The exam is over: its time is up, or it was finished."""

    default_next_step = mark("Run: guildmark result")


class NotStarted(Refused):
    """The exam has not begun yet."""

    default_next_step = mark("Run: guildmark start")


class BundleDamaged(Refused):
    """The download does not match the digest that the server announced."""

    default_next_step = mark("Run: guildmark start; it fetches the bundle again.")


class StillWaiting(Refused):
    """Files that you handed in are not sent yet. They would not count."""

    default_next_step = mark("Wait until they are sent, or finish without them.")

    def __init__(self, message: str | None = None, *, next_step: str | None = None, files: tuple[str, ...] = ()) -> None:
        super().__init__(message, next_step=next_step)
        self.details = {"files": list(files)}


class WorkspaceDamaged(Refused):
    """A file of ours in the exam folder is damaged or was edited."""

    default_next_step = mark(
        "Delete that file and run in the exam folder: guildmark start; your files, and what waits to be sent, are kept."
    )


class ResultPending(Refused):
    """The last submissions are still being graded."""

    default_next_step = mark("Run: guildmark result in a minute.")


class SignInRequired(GuildmarkError):
    """You are not signed in, or your sign-in has expired."""

    exit_code = 4
    default_next_step = mark("Run: guildmark login")


class ServerUnreachable(GuildmarkError):
    """The server did not answer."""

    exit_code = 5
    default_next_step = mark("Check your connection and run the same command again; nothing is lost.")


class KeptInOutbox(ServerUnreachable):
    """The portal does not answer. The file is kept here, not submitted yet: it counts from the moment the portal answers."""

    default_next_step = mark(
        "Check your connection. A tool that is open sends it when the portal answers; in a terminal, run: guildmark status"
    )


class OurFault(GuildmarkError):
    """Something on our side broke."""

    default_next_step = mark("It is not counted against you. Run the same command again in a minute.")


class PortalFault(OurFault):
    """Something on the portal's side broke."""


class ReceiptInvalid(OurFault):
    """The receipt does not verify against the server's keys, or is not for what was sent."""

    default_next_step = mark("Keep the file and the receipt in .guildmark/receipts, and write to the exam's support contact.")
