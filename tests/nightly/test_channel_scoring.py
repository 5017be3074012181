"""Which posts are read as one, and what the record says of a channel after a night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.intake import target_row
from cases.models import AssessmentRow, Capture, Case, ChannelFacts, DocumentRow
from channels.models import ChannelCursor, GonePost, InviteLink, Naming
from channels.snowball.clues import Via
from domain.assessment import Role, Verdict
from domain.channel_profiles import Activity, profile_from
from domain.targets import site_key, telegram_key
from nightly.channel_scoring import (
    TOGETHER,
    coded_of,
    keep_profile,
    reserves_of,
    text_together,
)
from tests.records import NOON, new_run

pytestmark = pytest.mark.django_db


def rows(case: Case, *posts: tuple[str, str, float]) -> list[AssessmentRow]:
    run = new_run()
    capture = Capture.objects.create(
        run=run,
        target=case.target,
        url="http://preview.test/s/x",
        url_hash="h",
        fetched_at=NOON,
        egress="preview",
        outcome="ok",
        retention="posts",
    )
    made = []
    for part, text, probability in posts:
        dated = NOON - timedelta(days=int(part)) if part.isdecimal() else None
        document = DocumentRow.objects.create(
            capture=capture, target=case.target, part=part, text=text, posted_at=dated
        )
        prices = [{"amount": n, "currency": "KZT", "unit": "1 g"} for n in range(3)]
        made.append(
            AssessmentRow.objects.create(
                document=document,
                run=run,
                model="m",
                stage="s",
                probability=probability,
                label="other",
                role="listing",
                prices=prices,
                indicators=[{"kind": "telegram", "value": "some_oper"}],
            )
        )
    return made


@pytest.fixture
def case() -> Case:
    target, _ = target_row(telegram_key(numeric_id=500), name="some_shop")
    return target.case


def test_the_newest_posts_are_read_together_oldest_first(case: Case) -> None:
    long = "x" * (TOGETHER // 2)
    made = rows(
        case, ("3", long, 0.1), ("about", "who we are", 0.1), ("1", "old", 0.1), ("2", long, 0.1)
    )
    text = text_together([row.document for row in made])
    assert text.startswith("who we are\n\nx")
    assert text.count("x") == 2 * len(long)
    assert not text.endswith("old")
    alone = rows_of_one(case)
    assert text_together(alone) == alone[0].text


def rows_of_one(case: Case) -> list[DocumentRow]:
    document = DocumentRow(target=case.target, part="9", text="y" * (TOGETHER + 5))
    return [document]


def test_a_profile_is_kept_and_renewed(case: Case) -> None:
    made = rows(case, ("about", "us", 0.1), ("1", "offer", 0.9), ("2", "chat", 0.1))
    site, _ = target_row(site_key("http://shop.test/"))
    site.candidates.create(why="mention", parent=case.target, run=made[0].run, noted_at=NOON)
    reserve, _ = target_row(telegram_key("shop_two"))
    Naming.objects.create(
        parent=case.target, child=reserve, via=Via.MENTION, reserve=True, noted_at=NOON
    )
    InviteLink.objects.create(target=case.target, digest="d" * 64, noted_at=NOON)
    verdict = Verdict(0.9, 0.3, Role.SHOP, carriers=(1,))
    ChannelCursor.objects.create(target=case.target, counters={"subscribers": 12_500})

    def keep() -> Activity:
        return keep_profile(
            case,
            made,
            verdict,
            None,
            threshold=0.7,
            dormant_after=timedelta(days=30),
            now=NOON,
        )

    assert keep() is Activity.ACTIVE
    found = profile_from(ChannelFacts.objects.get(case=case).profile)
    assert (found.posts, found.selling, found.carriers, found.price_lists) == (2, 1, 1, (1,))
    assert (found.sites, found.reserve, found.invites) == (("shop.test",), ("shop_two",), 1)
    assert found.contacts == (("telegram", "some_oper"),)
    assert found.counters == (("subscribers", 12_500),)
    GonePost.objects.create(target=case.target, post=1, noticed_at=NOON)
    assert keep() is Activity.EMPTIED
    assert ChannelFacts.objects.get(case=case).activity == "emptied"


def test_a_reserve_that_names_its_shop_back_is_tied_to_it() -> None:
    numbers = {}
    for number, name in enumerate(("shop", "reserve", "friend", "silent"), 1):
        target, _ = target_row(telegram_key(numeric_id=number), name=name)
        numbers[name] = target.pk

    def names(parent: str, child: str, *, reserve: bool = False) -> None:
        Naming.objects.create(
            parent_id=numbers[parent],
            child_id=numbers[child],
            via=Via.MENTION,
            reserve=reserve,
            noted_at=NOON,
        )

    names("shop", "reserve", reserve=True)
    names("reserve", "shop")
    names("shop", "friend")
    names("friend", "shop")
    names("shop", "silent", reserve=True)
    doubtful = [numbers[name] for name in ("reserve", "friend", "silent")]
    assert reserves_of([numbers["shop"]], doubtful) == {numbers["reserve"]: [numbers["shop"]]}
    assert reserves_of([], doubtful) == {}


def test_a_channel_that_lists_prices_by_dose_is_tied_to_the_seller_that_leads_to_it() -> None:
    texts = {
        "coded": "белый: 0.5 — 24, 1 — 46",
        "spices": "шафран 0,5 г — 2 800 ₸, 1 г — 5 200 ₸",
        "alone": "белый: 0.5 — 24, 1 — 46",
        "similar": "0.5 — 8 / 1 — 15",
    }
    seller, other = (
        target_row(telegram_key(numeric_id=number), name=f"shop_{number}")[0].pk
        for number in (1, 2)
    )
    numbers = {}
    for number, (name, text) in enumerate(texts.items(), 10):
        target, _ = target_row(telegram_key(numeric_id=number), name=name)
        numbers[name] = target.pk
        rows(target.case, ("1", text, 0.02))
    for parent, name, via in (
        (seller, "coded", Via.MENTION),
        (seller, "spices", Via.BUTTON),
        (other, "alone", Via.MENTION),
        (seller, "similar", Via.SIMILAR),
    ):
        Naming.objects.create(parent_id=parent, child_id=numbers[name], via=via, noted_at=NOON)
    found = coded_of({seller}, {*numbers.values()})
    assert found == {numbers["coded"]: [seller], numbers["similar"]: [seller]}
    assert coded_of({seller}, {numbers["alone"]}) == {}
    Capture.objects.filter(target=numbers["coded"]).update(redacted="group authors=3")
    assert coded_of({seller}, {numbers["coded"]}) == {}  # a group, whoever wrote that there


def test_a_list_by_dose_is_shown_as_a_price_list(case: Case) -> None:
    made = rows(case, ("1", "белый: 0.5 — 24, 1 — 46", 0.05), ("2", "chat", 0.05))
    keep_profile(
        case,
        made,
        Verdict(0.1, 0.0, Role.OTHER),
        None,
        threshold=0.7,
        dormant_after=timedelta(days=30),
        now=NOON,
    )
    assert profile_from(ChannelFacts.objects.get(case=case).profile).price_lists == (1,)
