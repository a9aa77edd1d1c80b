"""The labels of every front-end, by key, in the reader's language: one catalogue for the panels of all IDEs."""

from guildmark.i18n import _, mark

_WORDS = {
    "another": mark("Another exam"),
    "attempts": mark("Your exams"),
    "begin": mark("Start the clock"),
    "cancel": mark("Cancel"),
    "category": mark("Category"),
    "certificate": mark("Certificate"),
    "check": mark("Check"),
    "checked": mark("The model fits."),
    "choose_folder": mark("Choose an empty folder for the exam"),
    "choose_program": mark("Which exam?"),
    "close": mark("Close"),
    "code": mark("Open the page in any browser and confirm this code there."),
    "connecting": mark("Connecting …"),
    "contract": mark("What the model must be"),
    "counts": mark("counts"),
    "doctor": mark("Check this machine"),
    "environment_making": mark("Making the environment …"),
    "environment_why": mark(
        "The exam pins the versions of its libraries. They can be installed in .venv of its folder, before the clock."
    ),
    "exam_page": mark("Open the exam page"),
    "fetch": mark("Fetch back"),
    "finish": mark("Finish"),
    "finish_without": mark("Finish without them"),
    "finished": mark("The exam is over."),
    "hints": mark("Hints"),
    "history": mark("Submissions"),
    "instructions": mark("Instructions"),
    "kernel_gone": mark("The kernel of this panel has ended. Run %load_ext guildmark.notebook and this cell again."),
    "make_environment": mark("Make the environment"),
    "no_exam": mark("There is no exam in this folder."),
    "no_model": mark("No model saved yet. Run the starter."),
    "no_python": mark("No Python with guildmark was found. Run in a terminal: pip install guildmark"),
    "no_socket": mark(
        "No connection to the exam. Reload the page, or restart JupyterLab where guildmark_jupyter is installed."
    ),
    "not_now": mark("Not now"),
    "offline": mark("offline"),
    "open_browser": mark("Open the browser"),
    "pin": mark("Let this one count"),
    "pinned": mark("pinned"),
    "practise": mark("Practise next:"),
    "prepare": mark("Download the exam"),
    "preparing": mark("Downloading the exam"),
    "put_back": mark("Put the files back"),
    "rehearse": mark("Rehearse"),
    "result": mark("Result"),
    "run_starter": mark("Run starter"),
    "scores": mark("Scores"),
    "server": mark("Address of the portal"),
    "sign_in": mark("Sign in"),
    "sign_out": mark("Sign out"),
    "start": mark("Start exam"),
    "starter": mark("Starter"),
    "still_submitting": mark(
        "Category {number}: a model is still being submitted. Wait until that is done, or finish without it."
    ),
    "submit": mark("Submit and test"),
    "submit_anyway": mark("Submit all the same"),
    "submitting": mark("Sending {name}"),
    "take_break": mark("Take a break"),
    "time_left": mark("Time left"),
    "try_again": mark("Try again"),
    "unpin": mark("Take the pin off"),
    "waiting": mark("Waiting for the score"),
}


def word(key: str) -> str:
    """The label of `key`."""
    return _(_WORDS[key])


def words() -> dict[str, str]:
    """Every label, by its key."""
    return {key: _(sentence) for key, sentence in _WORDS.items()}
