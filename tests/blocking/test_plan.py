from __future__ import annotations

import pytest

from blocking.plan import ExportPlan, applies_in
from domain.errors import InputError


@pytest.mark.parametrize(
    ("territory", "recipient", "applies"),
    [
        ("KZ", "KZ", True),
        ("KZ", "KZ-75", True),
        ("KZ-75", "KZ", True),
        ("KZ-75", "KZ-71", False),
        ("KZ", "KG", False),
        ("KZ-7", "KZ-75", False),
    ],
)
def test_a_block_concerns_those_whose_territory_holds_it_or_lies_in_it(
    territory: str, recipient: str, applies: bool
) -> None:
    assert applies_in(territory, recipient) is applies


def test_an_unknown_recipient_is_named_with_those_that_there_are(plan: ExportPlan) -> None:
    assert plan.recipient("resolver").formats == ("rpz",)
    with pytest.raises(InputError, match="'nobody': regulator, resolver"):
        plan.recipient("nobody")
