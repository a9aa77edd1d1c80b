"""What was published before stages were kept."""

from importlib import import_module

import pytest
from django.apps import apps
from portal.tests.conftest import StoppedClock

from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal.exams import services, stages
from guildmark_portal.exams.models import ExamStage

from .conftest import MakeBank


@pytest.mark.django_db
def test_p2_the_newest_version_is_live_and_the_earlier_ones_retired_for_the_next(
    make_bank: MakeBank, stopped_clock: StoppedClock
) -> None:
    versions = []
    for number in (1, 2, 3):
        bank = make_bank(version=f"2030.{number}", pass_mark=90 + number)
        versions.append(services.publish(bank.folder, ExamKind.DEMO, "tests"))
        stopped_clock.advance(60)
    migration = import_module("guildmark_portal.exams.migrations.0015_stages_of_versions")
    migration.forget_stages(apps, None)
    assert not ExamStage.objects.exists()
    migration.write_stages(apps, None)
    assert [stages.stage_of(version) for version in versions] == [Stage.RETIRED, Stage.RETIRED, Stage.LIVE]
    assert [stages.standing(version).successor for version in versions] == [*versions[1:], None]
    assert [stages.standing(one).entered_at for one in versions[:2]] == [one.published_at for one in versions[1:]]
    assert stages.standing(versions[0]).languages == stages.languages_of(versions[0])
