"""What a voucher pays, in words."""

from django.utils.translation import gettext as _

from guildmark.packs.model import text_in
from guildmark.rules.voucher import VoucherKind
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import known_version
from guildmark_portal.vouchers.models import Batch


def worth_of(batch: Batch) -> str:
    """How much of the fee: all of it, a share, or an amount."""
    value = batch.value
    if value.kind is VoucherKind.FULL:
        return _("the whole fee")
    if value.kind is VoucherKind.PERCENT:
        return _("{percent}% of the fee").format(percent=value.percent)
    return _("{amount} of the fee").format(amount=value.money)


def exam_of(batch: Batch) -> str:
    """Of which exam."""
    return _("any exam") if batch.program is None else title_of(batch.program)


def title_of(program: Program) -> str:
    """The title of the program's exam, in the language of the reader."""
    version = known_version(program)
    return program.title if version is None else text_in(version.bank.exam.title, current())
