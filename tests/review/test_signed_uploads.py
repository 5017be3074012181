"""Answers and the signature beside them, as recipients send them: by the API and on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse
from pytest_django import Settings

from blocking.models import Order, Receipt
from cases.models import Person
from cases.people import Role, change_recipient
from domain.orders import OrderState
from tests.blocking.conftest import quick_passwords  # noqa: F401  # a fixture
from tests.blocking.signing.keys import Keys, make
from tests.blocking.signing.test_opening import signed
from tests.net.authority import needs_openssl
from tests.people import person
from tests.review.api.conftest import program
from tests.review.console.conftest import client_of, own
from tests.sent import sent

pytestmark = [pytest.mark.django_db, needs_openssl]

#: Sends a form; gives the status of the answer and what it says.
Sends = Callable[[dict[str, object]], tuple[int, str]]


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> Keys:
    """The recipient signs."""
    found = make(tmp_path / "keys")
    blocking = live.NARCOWATCH.blocking
    (one,) = blocking.recipients
    signing = one.model_copy(update={"receipt_certificates": found.ca})
    changed = blocking.model_copy(update={"recipients": (signing,)})
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"blocking": changed})
    return found


@pytest.fixture
def regulator(db: None) -> Person:
    somebody = own(person("regulator1", Role.REGULATOR))
    change_recipient(somebody, "regulator", actor="test")
    return somebody


@pytest.fixture(params=["api", "page"])
def sends(request: pytest.FixtureRequest, regulator: Person) -> Sends:
    def by_api(form: dict[str, Any]) -> tuple[int, str]:
        asker = program(regulator)
        answer = asker.post("/receipts/files", form, content_type=MULTIPART_CONTENT)
        return answer.status_code, answer.content.decode()

    def on_page(form: dict[str, Any]) -> tuple[int, str]:
        answer = client_of(regulator).post(reverse("own_answer"), form)
        return answer.status_code, answer.content.decode()

    return by_api if request.param == "api" else on_page


def test_a_signature_beside_the_file_is_taken_and_no_other(
    sends: Sends, keys: Keys, tmp_path: Path
) -> None:
    (order,) = sent("one.test")
    answers = f"id,answer\n{order.request_id},accepted\n".encode()

    def form(beside: bytes | None) -> dict[str, object]:
        given: dict[str, object] = {"file": SimpleUploadedFile("answers.csv", answers, "text/csv")}
        if beside is not None:
            given["signature"] = SimpleUploadedFile("answers.p7s", beside)
        return given

    status, said = sends(form(None))
    assert (status, "not signed" in said) == (422, True)
    other = make(tmp_path / "other")
    status, said = sends(form(signed(answers, other, tmp_path)))
    assert (status, "does not hold" in said) == (422, True)
    assert not Receipt.objects.exists()
    assert sends(form(signed(answers, keys, tmp_path)))[0] in {201, 302}
    assert Order.objects.get().state == OrderState.ACCEPTED
    assert "CN=Releases" in Receipt.objects.get().signed_by
