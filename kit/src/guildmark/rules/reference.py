"""`docs/reasons.md`, written from the table of reasons: `python -m guildmark.rules.reference > docs/reasons.md`."""

import re
import sys
from collections.abc import Iterator
from itertools import groupby

from guildmark.rules.reasons import REASONS
from guildmark.rules.verdict import Reason, Verdict

_TITLE = """# Why a submission got its verdict

Whatever the grader and `guildmark check` say about a model is one of these sentences, filled with what was expected and what
was found; never a traceback, a path or anything that the model printed. The code is stable: programs may rely on it.

This page is written by `python -m guildmark.rules.reference`.
"""

_VERDICTS = {
    Verdict.GRADED: "The model ran, and has a score from 0 to 5.",
    Verdict.REJECTED: "The file breaks a rule, and was never run. Mend it and submit again.",
    Verdict.FAILED: "The model was run and did not work.",
    Verdict.TIMED_OUT: "The model used up its time.",
    Verdict.OUT_OF_MEMORY: "The model used up its memory.",
    Verdict.GRADER_ERROR: "The fault is the grader's. It is tried again, and never counts against the candidate.",
}


def page() -> str:
    """The whole page."""
    return "\n".join((_TITLE, *_sections()))


def _sections() -> Iterator[str]:
    in_order = sorted(REASONS.values(), key=lambda reason: list(Verdict).index(reason.verdict))
    for verdict, reasons in groupby(in_order, key=lambda reason: reason.verdict):
        yield f"## {verdict.value}\n\n{_VERDICTS[verdict]}\n"
        yield "| code | verdict | what happened | what to do |\n| --- | --- | --- | --- |"
        yield "\n".join(map(_row, reasons)) + "\n"


def _row(reason: Reason) -> str:
    happened, _, advice = reason.sentence.partition(". ")
    cells = (f"`{reason.code}`", reason.verdict.value, _shown(f"{happened.removesuffix('.')}."), _shown(advice) or "Nothing.")
    return f"| {' | '.join(cells)} |"


def _shown(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"*\1*", text.replace("|", "\\|"))


if __name__ == "__main__":
    sys.stdout.write(page())
