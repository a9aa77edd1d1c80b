"""The command `guildmark`: thin commands on `guildmark.client`.

For people by default; with `--json` each command prints exactly one JSON object on standard output, errors too
(`{"error": {"code", "message", "next_step"}}`). The one exception is `login --json`, which first prints the code to confirm,
on a line of its own, because it waits for a person. Progress and diagnostics go to standard error.

Exit status: 0 done, 1 a fault of ours, 2 wrong usage, 3 a rule or a verdict that is the candidate's to mend, 4 sign in first,
5 the portal does not answer, 130 stopped by Ctrl-C. `result` of a failed exam is 0.
"""

from guildmark.cli.app import Command, app
from guildmark.cli.breaks import take_break
from guildmark.cli.bridge import bridge
from guildmark.cli.check import check
from guildmark.cli.doctor import doctor
from guildmark.cli.fetch import fetch
from guildmark.cli.finish import finish
from guildmark.cli.login import login
from guildmark.cli.logout import logout
from guildmark.cli.pin import pin, unpin
from guildmark.cli.rehearse import rehearse
from guildmark.cli.result import result
from guildmark.cli.start import start
from guildmark.cli.status import status
from guildmark.cli.submit import submit
from guildmark.cli.ui import ui
from guildmark.cli.verify import verify
from guildmark.cli.watch import watch
from guildmark.i18n import _

__all__ = ["app", "main"]

app.command(cls=Command, help=_("Sign in, in any browser."))(login)
app.command(cls=Command, help=_("Sign out: remove the sign-in that this machine keeps."))(logout)
app.command(cls=Command, help=_("See whether this machine is fit for an exam, and what to do where it is not."))(doctor)
app.command(cls=Command, help=_("See before the clock that everything works, up to a practice submission."))(rehearse)
app.command(cls=Command, help=_("Download the exam, and start the clock on your word."))(start)
app.command(cls=Command, help=_("Show the time left, and the best score of every category."))(status)
app.command(cls=Command, help=_("Look at a model as the grader will, without submitting it."))(check)
app.command(cls=Command, help=_("Submit a model and see its score. Submissions are unlimited."))(submit)
app.command(cls=Command, help=_("Let one submission count, whatever else you submit; without a name, list them."))(pin)
app.command(cls=Command, help=_("Take a pin back: the exam's rule says again what counts."))(unpin)
app.command(cls=Command, help=_("Fetch the file of a submission back."))(fetch)
app.command("break", cls=Command, help=_("Take a break that was granted to you: its minutes are added."))(take_break)
app.command(cls=Command, help=_("Everything at a glance, with a key for each thing to do; in a browser with --browser."))(ui)
app.command(cls=Command, help=_("Offer to submit whenever a model was saved."))(watch)
app.command(cls=Command, help=_("End the exam before its time."))(finish)
app.command(cls=Command, help=_("Show the result and the certificate."))(result)
app.command(cls=Command, help=_("Check receipts and certificates by the portal's keys, without signing in."))(verify)
app.command(cls=Command, hidden=True, help=_("Speak with the extension of an IDE."))(bridge)


def main() -> None:
    """Run the command and leave with its exit status."""
    app()
