"""What a submission asks of the database, however many came before it: half of what a candidate waits for beside the grade."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from portal.tests.exams.conftest import Sitting, WorkOff

from guildmark_portal import clock
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.storage import submitted

AtMost = Callable[[int], AbstractContextManager[object]]

OPEN, ACCEPT, GRADE, READ = 12, 20, 16, 10


@pytest.mark.parametrize("before", [0, 5])
@pytest.mark.usefixtures("grading_service")
def test_x2_a_submission_reads_no_more_for_all_that_came_before(
    before: int, running: Sitting, work_off: WorkOff, django_assert_max_num_queries: AtMost
) -> None:
    for number in range(before):
        running.submit("category1", f"score 4 of {number}".encode())
    work_off()
    attempt, content = queries.own_attempt(user=running.user, attempt_id=running.id), b"score 4 at last"
    digest = hashlib.sha256(content).hexdigest()
    with django_assert_max_num_queries(OPEN):
        upload = services.open_upload(
            attempt=attempt, category="category1", file_name="m.keras", sha256=digest, size=len(content), now=clock.now()
        )
    with django_assert_max_num_queries(ACCEPT):
        services.receive_bytes(upload=upload, offset=0, chunk=content, now=clock.now())
    assert submitted(running.id, digest).exists()
    with django_assert_max_num_queries(GRADE):
        assert work_off() == 1
    with django_assert_max_num_queries(READ):
        state = attempt_state(queries.attempt_with(running.id), now=clock.now())
    assert (len(state.categories[0].submissions), state.categories[0].best_score) == (before + 1, 4)
