"""Two who let versions of one program go live at the same moment: one is live (rule P2)."""

from itertools import count

import pytest
from portal.tests.at_once import in_threads

from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal import clock
from guildmark_portal.exams import policies, services, stages
from guildmark_portal.exams.models import ExamStage, PolicyVersion, Program
from guildmark_portal.exams.refusals import StageMoved

from .conftest import MakeBank

pytestmark = pytest.mark.django_db(transaction=True)


def test_p2_of_versions_that_go_live_at_once_one_is_live_and_the_others_made_way(make_bank: MakeBank) -> None:
    versions = [
        services.publish(
            make_bank(version=f"2030.{number}", pass_mark=50 + number).folder, ExamKind.DEMO, "tests", to=Stage.DRAFT
        )
        for number in range(1, 4)
    ]
    for version in versions:
        stages.step(version=version, to=Stage.PROVEN, actor="tests", reason="Now.", now=clock.now())
    turns = count()

    def go_live() -> None:
        stages.step(version=versions[next(turns)], to=Stage.LIVE, actor="tests", reason="Now.", now=clock.now())

    in_threads(3, go_live)
    assert sorted(stages.stage_of(version).value for version in versions) == ["live", "retired", "retired"]
    assert ExamStage.objects.filter(left_at=None).count() == 3


def test_p2_one_step_that_two_take_at_once_is_taken_once(make_bank: MakeBank) -> None:
    version = services.publish(make_bank().folder, ExamKind.DEMO, "tests", to=Stage.DRAFT)

    def prove() -> bool:
        try:
            stages.step(version=version, to=Stage.PROVEN, actor="t", reason="Now.", now=clock.now(), seen=Stage.DRAFT)
        except StageMoved:
            return False
        return True

    assert sorted(in_threads(4, prove)) == [False, False, False, True]
    assert [row.stage for row in version.stages.all()] == ["draft", "proven"]


def test_p2_the_first_version_of_a_policy_is_written_once(make_bank: MakeBank) -> None:
    program = services.publish(make_bank().folder, ExamKind.DEMO, "tests").program
    PolicyVersion.objects.all().delete()
    found = in_threads(4, lambda: policies.in_force(Program.objects.get(pk=program.pk), now=clock.now()).number)
    assert (found, PolicyVersion.objects.count()) == ([1] * 4, 1)
