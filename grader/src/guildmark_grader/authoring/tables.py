"""What `prove` and `calibrate` found, as lines and tables that people read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table

from guildmark.i18n import _, plural
from guildmark.packs.model import SCORES_OF, Role
from guildmark.packs.roles import ROLE_TITLES
from guildmark.rules.verdict import Verdict
from guildmark_grader.authoring.bench import Trial
from guildmark_grader.authoring.prove import Place, Proof, place_of

_GAP = "  "


class ProofLines:
    """Proofs as lines below a heading, in the order of `trials`: one that ends early is shown when its turn comes."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._order = [place_of(trial) for trial in trials]
        self._waiting: dict[Place, Proof] = {}
        self._shown = self._held = 0
        headings = (_("form"), _("variant"), _("reference"), _("got"), _("training"), _("as expected"))
        rows = [headings[:3], *((form, str(variant), reference.solution) for form, variant, reference in self._order)]
        # What a model gets is known only later: the words of the box are the longest.
        self._widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)] + [len("contract.forbidden_layer"), 8]
        self._print(headings)

    def add(self, proof: Proof) -> None:
        """Show `proof`, and those that waited for it."""
        self._waiting[proof.place] = proof
        while self._shown < len(self._order) and (ready := self._waiting.pop(self._order[self._shown], None)):
            self._shown += 1
            self._held += ready.holds
            seconds = _("{seconds} s").format(seconds=f"{ready.training_s:.1f}")
            place = (ready.form, str(ready.variant), ready.reference.solution)
            self._print((*place, _got(ready), seconds, _judged(ready)))

    def end(self) -> None:
        """Say how many held."""
        count = len(self._order)
        text = plural("{held} of {count} reference held.", "{held} of {count} references held.", count)
        typer.echo(text.format(held=self._held, count=count))

    def _print(self, cells: Iterable[str]) -> None:
        *padded, last = cells
        typer.echo(
            _GAP.join(
                [cell + " " * (width - cell_len(cell)) for cell, width in zip(padded, self._widths, strict=True)] + [last]
            )
        )


def _got(proof: Proof, *, with_metric: bool = True) -> str:
    report = proof.report
    if report.verdict is not Verdict.GRADED:
        return report.reason
    if report.metric is None or not with_metric:
        return _("score {score}").format(score=report.score)
    return _("score {score} ({metric})").format(score=report.score, metric=f"{report.metric.value:.4g}")


def _judged(proof: Proof) -> str:
    if proof.holds:
        return _("held")
    return _("did not hold: expected {expected}, got {got}").format(
        expected=_expected(proof), got=_got(proof, with_metric=False)
    )


def _expected(proof: Proof) -> str:
    if proof.reference.role is Role.REFUSED:
        return str(proof.reference.reason)
    scores = SCORES_OF[proof.reference.role]
    if len(scores) == 1:
        return _("score {score}").format(score=scores[0])
    return _("score {lowest} to {highest}").format(lowest=scores[0], highest=scores[-1])


def show_calibrations(rows: Sequence[Mapping[str, Any]], roles: Sequence[Role]) -> None:
    """A table with a row a form, and below it what keeps a form from a live exam."""
    headings = (_("variants"), *(_(ROLE_TITLES[role]) for role in roles), _("spread"), _("full trains"))
    table = Table(
        Column(_("form"), no_wrap=True), *headings, title=_("Each score, and how often it was reached"), title_justify="left"
    )
    for row in rows:
        scores = [", ".join(f"{score}: {count}" for score, count in found.items()) for found in row["scores"].values()]
        seconds = _("{seconds} s").format(seconds=row["training_s"]["full"])
        table.add_row(row["form"], str(row["variants"]), *scores, f"{row['spread']:.2f}", seconds)
    Console().print(table)
    for row in rows:
        for shortfall in row["shortfalls"]:
            typer.echo(_("{form} is not ready for a live exam: {shortfall}.").format(form=row["form"], shortfall=shortfall))
