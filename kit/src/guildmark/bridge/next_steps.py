"""What to do next, in the words of a panel: it has buttons where a terminal has commands.

The errors of the session library, and the portal, name commands. Sentences that are known are said otherwise; in any other one,
such as the portal's, the button stands where the command stood.
"""

import re
from collections.abc import Mapping
from typing import Final

from guildmark.bridge.words import word
from guildmark.i18n import _, mark

SAID: Final[Mapping[str, str]] = {
    mark("Change to the folder of your exam, or run: guildmark start"): mark(
        "Open the folder of your exam, or press “Download the exam”."
    ),
    mark("Run the same command again with --yes."): mark("Press the button again, and confirm it."),
    mark("Run: guildmark status"): mark("Look at what this panel shows now, and try again."),
    mark("Run: guildmark result"): mark("Press “Result” to see what it brought."),
    mark("Run: guildmark result in a minute."): mark("Press “Result” in a minute."),
    mark("Run: guildmark start"): mark("Press “Download the exam”, then “Start the clock”."),
    mark("Run: guildmark start; it fetches the bundle again."): mark("Press “Download the exam”; it is fetched again."),
    mark(
        "Delete that file and run in the exam folder: guildmark start; your files, and what waits to be sent, are kept."
    ): mark("Delete that file and press “Download the exam”; your files, and what waits to be sent, are kept."),
    mark("Run: guildmark status; it tells the time left."): mark("This panel shows the time left."),
    mark("Check your connection, then run: guildmark status"): mark("Check your connection; the score comes here by itself."),
    mark("Sign in with the account that began it: guildmark login"): mark("Sign in with the account that began it."),
    mark("Delete that file and run: guildmark start; it puts it back."): mark(
        "Delete that file, if it is there, and press “Put the files back”."
    ),
    mark("Run: guildmark login"): mark("Sign in."),
    mark("Run: guildmark login --server {server}"): mark("Sign in."),
    mark("Run: guildmark login --server URL"): mark("Sign in with the address of the portal."),
    mark("Delete that file and run: guildmark login"): mark("Delete that file, and sign in."),
    mark("Check the address and your connection, then run: guildmark login --server URL"): mark(
        "Check the address and your connection, then sign in."
    ),
    mark("Check your connection and run the same command again; nothing is lost."): mark(
        "Check your connection and try again; nothing is lost."
    ),
    mark(
        "Check your connection. A tool that is open sends it when the portal answers; in a terminal, run: guildmark status"
    ): mark("It is sent by itself; leave this window open."),
    mark("A tool that is open sends it; in a terminal, run: guildmark status"): mark(
        "It is sent by itself; leave this window open."
    ),
    mark("Check the address and your connection, and run the same command again; nothing is lost."): mark(
        "Check the address and your connection, and try again; nothing is lost."
    ),
    mark("Check the address, and what stands between, such as a proxy; then run the same command again."): mark(
        "Check the address, and what stands between, such as a proxy; then try again."
    ),
    mark(
        "Check the address. In a network that opens encrypted connections, let SSL_CERT_FILE name its certificate; "
        "then run the same command again."
    ): mark(
        "Check the address. In a network that opens encrypted connections, let SSL_CERT_FILE name its certificate; "
        "then try again."
    ),
    mark("Check the proxy and your connection; run: guildmark doctor"): mark(
        "Check the proxy and your connection; press “Rehearse”."
    ),
    mark(
        "guildmark start makes an environment with it; or train elsewhere, as in a notebook: only the model file counts."
    ): mark("“Make the environment” makes one with it; or train elsewhere, as in a notebook: only the model file counts."),
    mark("It is not counted against you. Run the same command again in a minute."): mark(
        "It is not counted against you. Try again in a minute."
    ),
    mark("Run: guildmark finish"): mark("Press “Finish” first."),
    mark("Run: guildmark pin; it lists them."): mark("Choose one under “Submissions”."),
    mark("Name another place: guildmark fetch SUBMISSION --to FILE"): mark("Make room in the exam folder, and try again."),
    mark("Name a folder that you may write to: guildmark start --folder DIR"): mark("Choose a folder that you may write to."),
    mark("Name a new folder: guildmark start --folder DIR"): mark("Open another folder that is empty."),
    mark("Make room, or name a folder on another disk: guildmark start --folder DIR"): mark(
        "Make room, or open a folder on another disk."
    ),
    mark("Go by guildmark status: it shows the time left by the portal's clock, which decides."): mark(
        "Go by this panel: it shows the time left by the portal's clock, which decides."
    ),
    mark("To have the exam's own environment, rename that folder and run: guildmark start"): mark(
        "To have the exam's own environment, rename that folder and press “Make the environment”."
    ),
    mark("Install one of them (python.org), and run: guildmark start"): mark(
        "Install one of them (python.org), and press “Make the environment”."
    ),
    mark("Then run: guildmark start; it goes on where it stopped."): mark(
        "Then press “Make the environment”; it goes on where it stopped."
    ),
    mark("Look at your connection, and at a proxy that it needs (guildmark doctor)."): mark(
        "Look at your connection, and at a proxy that it needs (“Rehearse”)."
    ),
}
"""What a terminal says, and what a panel says instead; `{server}` stands for any word."""

_BUTTONS: Final[Mapping[str, str]] = {
    "start": "prepare",
    "login": "sign_in",
    "logout": "sign_out",
    "submit": "submit",
    "check": "check",
    "finish": "finish",
    "result": "result",
    "fetch": "fetch",
    "pin": "pin",
    "unpin": "unpin",
    "break": "take_break",
    "doctor": "rehearse",
    "rehearse": "rehearse",
}
_COMMAND: Final = re.compile(rf"\bguildmark ({'|'.join(_BUTTONS)})\b(?: --\w+| [A-Z]+\b| https?://\S+| \{{\w+\}})*")
_PLACE: Final = re.compile(r"\{\w+\}")
_FIELDS: Final = ("next_step", "fallback")


def in_panel_words(document: object) -> object:
    """A document for a panel, with every next step in its words, however deep it lies."""
    if isinstance(document, list | tuple):
        return [in_panel_words(one) for one in document]
    if not isinstance(document, dict):
        return document
    return {
        name: in_a_panel(value) if name in _FIELDS and isinstance(value, str) else in_panel_words(value)
        for name, value in document.items()
    }


def in_a_panel(sentence: str) -> str:
    """`sentence`, in the reader's language, for somebody who has buttons."""
    for terminal in sorted(SAID, key=lambda one: -len(_PLACE.sub("", one))):
        said = r"\S+".join(re.escape(part) for part in _PLACE.split(_(terminal)))
        sentence = _(SAID[terminal]).join(re.split(said, sentence))
    return _COMMAND.sub(lambda found: f"“{word(_BUTTONS[found[1]])}”", sentence)
