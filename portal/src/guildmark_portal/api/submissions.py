"""A submission: waiting for its report, and fetching its file back."""

from typing import Annotated

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router

from guildmark.protocol import SubmissionPhase, SubmissionState
from guildmark_portal import clock
from guildmark_portal.api.answers import answer
from guildmark_portal.api.people import person
from guildmark_portal.attachments import attachment
from guildmark_portal.engine import live
from guildmark_portal.engine.state import submission_state
from guildmark_portal.exams import queries, storage
from guildmark_portal.exams.models import Submission

router = Router(tags=["submissions"])
LONGEST_WAIT_S = 60.0


def _own(request: HttpRequest, submission: str) -> Submission:
    return queries.submission_of(user=person(request), submission_id=submission)


@router.get("/submissions/{submission}", response=SubmissionState, operation_id="get_submission")
async def submission(request: HttpRequest, submission: str, wait: Annotated[float, Query(ge=0)] = 0.0) -> HttpResponse:
    """Your submission; with `wait`, not before it is graded or so many seconds (60 at most) have passed."""
    owned = await sync_to_async(_own)(request, submission)

    def current() -> SubmissionState:
        return submission_state(owned, now=clock.now())

    if not wait:
        return answer(await sync_to_async(current)())
    state = await live.until(owned.attempt_id, current, is_done=_is_graded, wait_s=min(wait, LONGEST_WAIT_S))
    return answer(state)


@router.get("/submissions/{submission}/file", response={200: None}, operation_id="get_submission_file")
async def file(request: HttpRequest, submission: str) -> StreamingHttpResponse:
    """The file of your submission, byte for byte as it arrived."""
    owned = await sync_to_async(_own)(request, submission)
    return attachment(storage.submitted(owned.attempt_id, owned.sha256), name=owned.file_name)


def _is_graded(state: SubmissionState) -> bool:
    return state.phase is SubmissionPhase.GRADED
