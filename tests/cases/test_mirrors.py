from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cases import fingerprints, icons, proposed_verdicts
from cases.evidence import EvidenceWriter
from cases.models import (
    AuditEvent,
    BandRow,
    Case,
    DocumentRow,
    FingerprintRow,
    MirrorPair,
    ProposedVerdict,
    SiteIcon,
)
from crawlers.mirrors.fingerprinting import fingerprint
from domain.families import COMMON
from tests.copies import HALF, NEAR, OTHER, SHOP, Nights, confirm, dismiss
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


@pytest.fixture
def nights(writer: EvidenceWriter) -> Nights:
    return Nights(writer)


def test_a_mirror_joins_the_family_in_its_first_night(nights: Nights) -> None:
    known = nights.site("known.test", SHOP)
    nights.look()
    confirm(known, "one", "two")
    nights.next()
    mirror = nights.site("mirror.test", NEAR)
    other = nights.site("other.test", OTHER)
    found = nights.look()
    assert found.pairs == {(known.pk, mirror.pk)}
    known, mirror, other = map(nights.fresh, (known, mirror, other))
    assert known.family_id == mirror.family_id is not None
    assert other.family_id is None
    (line,) = proposed_verdicts.proposed_for(mirror)
    assert line.startswith(f"confirm: like known.test (case {known.pk}, confirmed), near copy")
    assert (mirror.state, mirror.decisions.count()) == ("in_review", 0)
    assert proposed_verdicts.proposed_for(known) == []


def test_a_first_verdict_proposes_nothing(nights: Nights) -> None:
    known, mirror = nights.site("known.test", SHOP), nights.site("mirror.test", NEAR)
    confirm(known, "one")
    confirm(mirror, "two")
    nights.look()
    assert nights.fresh(known).family_id == nights.fresh(mirror).family_id is not None
    assert not ProposedVerdict.objects.exists()


def test_a_dismissal_is_proposed_to_near_copies(nights: Nights) -> None:
    pharmacy, copy = nights.site("pharmacy.test", OTHER), nights.site("copy.test", OTHER)
    dismiss(pharmacy, "one")
    nights.look()
    (line,) = proposed_verdicts.proposed_for(copy)
    assert line.startswith("dismiss: like pharmacy.test")
    assert nights.fresh(copy).state == "in_review"


def test_proposals_go_when_their_ground_goes(nights: Nights) -> None:
    known, mirror = nights.site("known.test", SHOP), nights.site("mirror.test", NEAR)
    confirm(known, "one", "two")
    nights.look()
    nights.look()
    assert ProposedVerdict.objects.count() == 1
    assert AuditEvent.objects.filter(action="verdict.proposed").count() == 1
    nights.next()
    nights.site("mirror.test", OTHER)
    nights.look()
    assert not MirrorPair.objects.exists()
    assert proposed_verdicts.proposed_for(mirror) == []


def test_a_screened_out_copy_of_a_plain_shop_is_queued(nights: Nights) -> None:
    shop, copy = nights.site("shop.test", SHOP), nights.site("copy.test", NEAR, score=0.3)
    assert copy.state == "screened_out"
    nights.look()
    copy = nights.fresh(copy)
    assert (copy.state, copy.tied_to) == ("in_review", ["host:shop.test"])
    reason = AuditEvent.objects.filter(action="case.in_review").latest("seq").details["reason"]
    assert reason.startswith("score 0.3000, near copy of host:shop.test (text 0.")
    assert copy.family_id == nights.fresh(shop).family_id


@pytest.mark.parametrize(
    ("text", "score", "of", "why"),
    [
        (NEAR, 0.05, 0.9, "its own text says too little"),
        (NEAR, 0.3, 0.6, "the shop itself is doubtful"),
        (HALF, 0.3, 0.9, "it quotes, and looks otherwise"),
        (OTHER, 0.3, 0.9, "it is another text"),
    ],
)
def test_others_are_not_queued(
    nights: Nights, text: str, score: float, of: float, why: str
) -> None:
    nights.site("shop.test", SHOP, of)
    copy = nights.site("copy.test", text, score)
    found = nights.look()
    assert nights.fresh(copy).state == "screened_out", why
    assert found.skipped["near copy with too low a score"] == (score == 0.05)


def test_a_dismissed_site_brings_no_copy_in(nights: Nights) -> None:
    dismiss(nights.site("shop.test", SHOP), "one")
    copy = nights.site("copy.test", NEAR, score=0.3)
    nights.look()
    assert nights.fresh(copy).state == "screened_out"


def test_only_what_sells_and_was_not_dismissed_sells_by_its_own_text(nights: Nights) -> None:
    article, shop = nights.site("news.test", HALF), nights.site("shop.test", SHOP)
    nights.look()
    assert nights.fresh(article).family_id == nights.fresh(shop).family_id is not None
    dismiss(article, "one")
    nights.next()
    nights.site("shop.test", SHOP)
    assert nights.look().pairs == set(), "an article that quotes it says nothing of a shop"
    assert proposed_verdicts.proposed_for(shop) == []


def test_an_icon_is_the_second_sign_unless_many_have_it(nights: Nights) -> None:
    shop, half = nights.site("shop.test", SHOP), nights.site("half.test", HALF, score=0.3)
    for case in (shop, half):
        icons.note(case.target_id, "ab" * 32, 300, NOON)
    for number in range(COMMON - 1):
        other = nights.site(f"s{number}.test", "short", score=0.0)
        icons.note(other.target_id, "ab" * 32, 300, NOON)
    nights.look()
    assert nights.fresh(half).state == "screened_out"
    SiteIcon.objects.exclude(target__in=[shop.target_id, half.target_id]).delete()
    nights.look()
    assert nights.fresh(half).state == "in_review"


def test_one_page_alike_deep_inside_ties_nobody(nights: Nights) -> None:
    cases = []
    for host, front in (("one.test", SHOP), ("two.test", OTHER)):
        cases.append(nights.site(host, front))
        terms = nights.document(host, HALF.replace("Товар", "Условие"), "/terms")
        Case.objects.filter(pk=cases[-1].pk).update(carriers=[*cases[-1].carriers, terms.pk])
    assert nights.look().pairs == set()


def test_looking_again_changes_nothing(nights: Nights) -> None:
    nights.site("shop.test", SHOP)
    nights.site("copy.test", NEAR, score=0.3)
    first = nights.look().pairs
    rows = BandRow.objects.count()
    events = AuditEvent.objects.count()
    assert nights.look().pairs == first
    assert (BandRow.objects.count(), AuditEvent.objects.count()) == (rows, events)


def test_the_index_holds_the_newest_page_alone(nights: Nights) -> None:
    case = nights.site("shop.test", SHOP)
    nights.look()
    nights.next()
    nights.site("shop.test", NEAR)
    nights.look()
    (row,) = FingerprintRow.objects.filter(target=case.target_id, indexed=True)
    assert row.document == DocumentRow.objects.latest("pk")
    assert BandRow.objects.count() == 32


def test_a_case_decided_between_nights_is_indexed_in_the_next(nights: Nights) -> None:
    known = nights.site("known.test", SHOP)
    nights.next()
    mirror = nights.site("mirror.test", NEAR)
    assert nights.look().pairs == {(known.pk, mirror.pk)}


def test_restricted_cases_are_nobodys_copies(nights: Nights) -> None:
    known = nights.site("known.test", SHOP)
    Case.objects.filter(pk=known.pk).update(restricted=True)
    nights.site("mirror.test", NEAR)
    assert nights.look().pairs == set()


def test_a_band_that_many_pages_have_is_counted_and_left_out(nights: Nights) -> None:
    value = fingerprint(SHOP, (), "http://x.test/")
    documents = [nights.document(f"s{n}.test", SHOP, "/") for n in range(103)]
    fingerprints.index([document.fingerprint for document in documents[:100]])
    assert len(fingerprints.near(value, but=0).rows) == 100
    fingerprints.index([document.fingerprint for document in documents[100:]])
    nearby = fingerprints.near(value, but=0)
    assert (nearby.rows, nearby.common_bands) == ((), 32)
    late = nights.document("late.test", SHOP, "/")
    fingerprints.index([late.fingerprint])
    assert not BandRow.objects.filter(fingerprint=late.fingerprint).exists()


def test_old_fingerprints_of_what_nobody_saw_are_forgotten(nights: Nights) -> None:
    nights.site("shop.test", SHOP)
    nights.site("garden.test", OTHER, score=0.01)
    nights.look()
    assert fingerprints.prune(NOON) == 0
    assert fingerprints.prune(NOON + timedelta(seconds=1)) == 1
    assert FingerprintRow.objects.get().target.value == "shop.test"
