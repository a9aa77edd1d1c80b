"""Named reads of handbooks."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from guildmark.rules.entitlement import earliest_day
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Attempt, Entitlement, Program
from guildmark_portal.handbook.models import Acknowledgement, Edition, EditionText


def newest(program: Program) -> Edition | None:
    """The edition that holds; None before the first one."""
    return Edition.objects.filter(program=program).select_related("program").prefetch_related("texts").first()


def editions(program: Program) -> QuerySet[Edition]:
    """Every edition, the newest first; the words of its texts are left where they are."""
    return Edition.objects.filter(program=program).prefetch_related(Prefetch("texts", EditionText.objects.defer("text")))


def has_acknowledged(*, user: User, program: Program) -> bool:
    """Whether `user` acknowledged the edition that holds: what is asked before payment. False where there is none yet."""
    edition = Edition.objects.filter(program=program).first()
    return edition is not None and Acknowledgement.objects.filter(user=user, edition=edition).exists()


def registered(program: Program) -> QuerySet[User]:
    """Who prepares for the program and has to know of changes.

    These hold a right to sit that can be spent, or acknowledged an edition and have not begun an attempt since: their
    registration is under way. Whoever sits already does so under the version that they began.
    """
    held = Q(valid_until=None) | Q(valid_until__gte=earliest_day(clock.now()))
    unspent = Entitlement.objects.filter(held, user=OuterRef("pk"), program=program, spent_at=None, voided_at=None)
    begun = Attempt.objects.filter(user=OuterRef("user"), program=program, started_at__gte=OuterRef("at"))
    under_way = Acknowledgement.objects.filter(~Exists(begun), user=OuterRef("pk"), edition__program=program)
    return User.objects.filter(Q(Exists(unspent)) | Q(Exists(under_way)), is_active=True).order_by("pk")
