"""What a batch of vouchers is refused for: the currency of an amount is one in which something is sold here (rule G7)."""

import pytest
from portal.tests.vouchers.conftest import HALF, Made, another

from guildmark.rules.money import Money
from guildmark.rules.voucher import VoucherValue
from guildmark_portal.vouchers.models import Batch
from guildmark_portal.vouchers.refusals import BatchRefused

pytestmark = [pytest.mark.django_db, pytest.mark.money]
EUROS = VoucherValue.of(Money(3000, "EUR"))


def test_g7_an_amount_in_a_currency_in_which_nothing_is_sold_is_refused(made: Made) -> None:
    another("dear", currency="GBP")
    with pytest.raises(BatchRefused, match=r"paid for in EUR, only in: GBP, USD\."):
        made(program=None, value=EUROS)
    with pytest.raises(BatchRefused, match=r"they would pay in EUR, and .* costs 100 USD"):
        made(value=EUROS)
    assert not Batch.objects.exists()
    another("other", currency="EUR")
    assert [made(program=None, value=value).currency for value in (EUROS, HALF)] == ["EUR", ""]
