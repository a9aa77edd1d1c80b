"""`/exam/UUID/submissions/UUID/file`: any file that was submitted, as it arrived, for who submitted it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark_portal.attachments import attachment
from guildmark_portal.exams import queries, storage
from guildmark_portal.exams.models import Submission
from guildmark_portal.web.ownership import signed_in


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, attempt_id: UUID, submission_id: UUID) -> HttpResponseBase:
    """The bytes of an own submission, under the name that they came with."""
    try:
        submission = queries.submission_of(user=signed_in(request), submission_id=submission_id)
    except Submission.DoesNotExist as error:
        raise Http404(gettext("There is no such submission in your account.")) from error
    if submission.attempt_id != attempt_id:
        raise Http404(gettext("There is no such submission in your account."))
    return attachment(storage.submitted(attempt_id, submission.sha256), name=submission.file_name)
