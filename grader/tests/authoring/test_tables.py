from pathlib import Path

import pytest

from guildmark.packs.model import ReferenceSpec, Role
from guildmark.packs.reader import read_pack
from guildmark.protocol import GradeReport, MetricValue
from guildmark.rules.verdict import Verdict
from guildmark_grader.authoring.bench import Trial
from guildmark_grader.authoring.prove import Proof
from guildmark_grader.authoring.tables import ProofLines

PARTIAL = ReferenceSpec(solution="partial.py", role=Role.PARTIAL)
REFUSED = ReferenceSpec(solution="lambda_layer.py", role=Role.REFUSED, reason="layer.lambda")


def report(verdict: Verdict, score: int | None, metric: MetricValue | None, reason: str) -> GradeReport:
    return GradeReport(
        verdict=verdict,
        score=score,
        metric=metric,
        next_threshold=None,
        reason=reason,
        params={},
        grader_digest="ab" * 32,
        timings_ms={},
    )


def test_proofs_are_told_in_order_below_a_heading(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graded = report(Verdict.GRADED, 1, MetricValue(name="mae", value=0.51234), "graded.far")
    rejected = report(Verdict.REJECTED, None, None, "layer.lambda")
    form = read_pack(pack).form("sums")
    lines = ProofLines([Trial(form, 0, PARTIAL), Trial(form, 0, REFUSED)])
    lines.add(Proof("sums", 0, REFUSED, rejected, 0.1))
    assert capsys.readouterr().out == "form  variant  reference        got                       training  as expected\n"
    lines.add(Proof("sums", 0, PARTIAL, graded, 2.25))
    lines.end()
    assert capsys.readouterr().out.splitlines() == [
        "sums  0        partial.py       score 1 (0.5123)          2.2 s     did not hold: expected score 2 to 4, got score 1",
        "sums  0        lambda_layer.py  layer.lambda              0.1 s     held",
        "1 of 2 references held.",
    ]
