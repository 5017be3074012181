from __future__ import annotations

import pytest

from blocking.plan import ExportPlan
from domain.errors import InputError


def test_an_unknown_recipient_is_named_with_those_that_there_are(plan: ExportPlan) -> None:
    assert plan.recipient("resolver").formats == ("rpz",)
    with pytest.raises(InputError, match="'nobody': regulator, resolver"):
        plan.recipient("nobody")
