"""Letters that came back, written afresh as `/desk/mail/` has it done."""

from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.mail import rewriting
from guildmark_portal.mail.services import KIND


def write_afresh(address: str, *, to: str) -> None:
    """Have every letter that went to `address` written afresh; `to` is where its reader takes mail now."""
    from guildmark_portal.accounts.models import User

    keys = list(Job.objects.filter(kind=KIND, finished_at__isnull=False).order_by("pk"))
    assert keys
    User.objects.filter(email=address).update(email=to)
    for job in keys:
        assert rewriting.can_rewrite(job), job.key
        rewriting.rewrite(job)
    Runner().run_due()
