"""What a candidate would change of the last days' cases, by the rules of the night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as live

import classifiers
from cases import intake
from cases.evidence import EvidenceWriter
from cases.models import AssessmentRow, Case, DocumentRow
from classifiers.cascade import Cascade
from classifiers.lexicons import read_lexicon
from config.schema import CHECKOUT
from domain.bands import Costs
from nightly.cli import main
from nightly.learning.comparing import compare, newest_documents
from tests.nightly.learning.candidates import SHIPPED, candidate, few_floors
from tests.records import NOON, new_run, page

pytestmark = pytest.mark.django_db

SELLS = "Мефедрон 1 г, пишите оператору"
TEA = "Чайник эмалированный, три штуки, доставка по городу"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path / "evidence", 1, "test", "pages")
    yield writer
    writer.close()


def loaded(folder: Path) -> Cascade:
    return classifiers.load(folder, read_lexicon(CHECKOUT / "config" / "lexicons"))


def shown(writer: EvidenceWriter, *pages: tuple[str, str]) -> None:
    run = new_run()
    intake.store(run.pk, "crawl", [page(url, text) for url, text in pages], writer)


@pytest.fixture
def two(writer: EvidenceWriter) -> tuple[Case, Case]:
    shown(writer, ("http://shop.test/", SELLS), ("http://tea.test/", TEA))
    find = Case.objects.get
    return find(target__value="shop.test"), find(target__value="tea.test")


def test_a_stricter_model_drops_and_a_laxer_one_queues(
    two: tuple[Case, Case], tmp_path: Path
) -> None:
    shop, _ = two
    old = loaded(SHIPPED)
    sure = old.assess(SELLS, title="a page").probability
    assert sure > old.threshold
    strict = loaded(candidate(tmp_path / "strict", (sure + 1) / 2))
    since = NOON - timedelta(days=1)
    found = compare(old, strict, since)
    assert (found.cases, found.before, found.after, found.queued) == (2, 1, 0, ())
    (change,) = found.dropped
    assert (change.case, change.name, change.state) == (shop.pk, "shop.test", "new")
    assert change.before == pytest.approx(sure)
    back = compare(strict, old, since)
    assert [one.case for one in back.queued] == [shop.pk]
    assert back.dropped == ()
    assert compare(old, strict, since, review_threshold=0.01).dropped == ()
    assert AssessmentRow.objects.count() == 0, "what is only looked at is not kept"


def test_costs_go_before_the_models_threshold_for_the_kind_they_are_of(
    two: tuple[Case, Case], tmp_path: Path
) -> None:
    old = loaded(SHIPPED)
    sure = old.assess(SELLS, title="a page").probability
    strict = loaded(candidate(tmp_path / "strict", (sure + 1) / 2))
    since = NOON - timedelta(days=1)
    dear = Costs(look=1.0, missed=1_000.0, kind="site")
    assert compare(old, strict, since, costs=[dear]).dropped == ()
    channels = Costs(look=1.0, missed=1_000.0, kind="channel")
    assert len(compare(old, strict, since, costs=[channels]).dropped) == 1


def test_older_cases_restricted_ones_and_erased_texts_are_left_out(
    two: tuple[Case, Case], tmp_path: Path
) -> None:
    shop, tea = two
    old = loaded(SHIPPED)
    assert compare(old, old, NOON + timedelta(hours=1)).cases == 0
    shop.restricted = True
    shop.save()
    DocumentRow.objects.filter(target=tea.target).get().capture.__class__.objects.filter(
        target=tea.target
    ).update(erased_at=NOON)
    found = compare(old, old, NOON - timedelta(days=1))
    assert (found.cases, found.without) == (0, 1)


def test_a_page_counts_as_it_was_last_seen(writer: EvidenceWriter) -> None:
    for text in (SELLS, TEA):
        shown(writer, ("http://shop.test/", text))
    case = Case.objects.get()
    assert [one.text for one in newest_documents(case)] == [TEA]


def test_the_command_names_cases_and_floors(
    two: tuple[Case, Case], tmp_path: Path, settings, capsys: pytest.CaptureFixture[str]
) -> None:
    few_floors(tmp_path)
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    strict = candidate(tmp_path / "strict", 0.9999999)
    floors = ["--floors", str(tmp_path / "floors.json")]
    assert main(["model", "compare", str(strict), "--days", "9999", *floors]) == 0
    out = capsys.readouterr().out
    assert "2 cases of 9999 days: 1 queued by the model in force, 0 by the candidate" in out
    assert f"  case {two[0].pk} shop[.]test (new): " in out
    assert "newly queued: 0\ndropped: 1\n" in out
    assert "below its floors:" in out
    assert re.search(r"finds \d of \d, the floor \d", out)
    assert main(["model", "compare", str(strict), "--days", "0", *floors]) == 2
