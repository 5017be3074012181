"""What the case page says of a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.utils.translation import override
from rich.console import Console

from cases import assessing, families, intake
from cases.evidence import EvidenceWriter
from cases.models import Case, ChannelFacts, DocumentRow
from domain.assessment import Indicator, Role, Verdict
from domain.channel_profiles import GroupFacts, Links, PostFacts, profile_of
from domain.documents import Document
from domain.states import CaseState
from domain.targets import parse_key
from review import service
from review.channel_lines import in_words
from review.terminal import show_case
from tests.people import analyst
from tests.records import NOON, case_in, new_run, page

pytestmark = pytest.mark.django_db


def facts(case: Case, *, gone: bool = False, reserve: tuple[str, ...] = ("shop_two",)) -> None:
    post = PostFacts(
        7,
        NOON,
        selling=True,
        carries=True,
        priced=4,
        indicators=(Indicator("telegram", "some_oper"), Indicator("telegram", "some_shop_bot")),
        gone=gone,
    )
    profile = profile_of(
        [post],
        (Indicator("btc", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),),
        Links(("shop.test",), reserve, 1),
        own="some_shop",
        now=NOON,
        dormant_after=timedelta(days=30),
        together=0.98,
    )
    ChannelFacts.objects.create(
        case=case, activity=profile.activity, profile=profile.as_json(), made_at=NOON
    )


def channel(name: str, number: int) -> Case:
    case = case_in(CaseState.IN_REVIEW, f"telegram:{number}")
    case.target.name = name
    case.target.save()
    return Case.objects.select_related("target").get(pk=case.pk)


def test_a_channels_case_says_how_it_goes_on_and_where_it_leads() -> None:
    case = channel("some_shop", 500)
    facts(case)
    view = service.case_view(case.pk, analyst())
    assert dict(view.channel) == {
        "channel is": "active, last post 2026-03-01",
        "posts": "1 of 1 sell (100%), 1 of 1 in the last 30 days, the last one on 2026-03-01",
        "read as one text": "0.980",
        "price list": "post 7",
        "contacts": "Bitcoin address 1BoatSLRHtKNngkdXEeobR76b53LETtpyT, Telegram name some_oper",
        "bots": "@some_shop_bot",
        "its sites and mirrors": "shop[.]test",
        "reserve channels": "@shop_two",
        "invite links": "1, never followed",
    }
    out = StringIO()
    show_case(view, Console(file=out, width=200, force_terminal=False))
    assert "reserve channels" in out.getvalue()
    assert "shop[.]test" in out.getvalue()


def test_an_emptied_channel_says_so() -> None:
    case = channel("some_shop", 500)
    facts(case, gone=True)
    words = dict(service.case_view(case.pk, analyst()).channel)
    assert words["channel is"] == (
        "emptied: 1 of the 1 post that carries the verdict is gone; no post is left"
    )


def test_a_groups_case_says_who_advertises_and_that_the_group_is_not_asked_for() -> None:
    case = channel("neighbours_chat", 500)
    posts = [PostFacts(n, NOON, selling=n < 3, carries=n < 3) for n in (1, 2, 90)]
    profile = profile_of(
        posts,
        (),
        Links(),
        own="neighbours_chat",
        now=NOON,
        dormant_after=timedelta(days=30),
        group=GroupFacts(("@sunny_dos", "number 5100200301"), 25),
    )
    ChannelFacts.objects.create(
        case=case, activity=profile.activity, profile=profile.as_json(), made_at=NOON
    )
    words = dict(service.case_view(case.pk, analyst()).channel)
    assert words["public group"] == (
        "2 accounts advertise in it: @sunny_dos, number 5100200301;"
        " 3 of the 25 messages read are theirs"
    )
    assert words["they are"] == "active, last post 2026-03-01"
    assert words["their messages"].startswith("2 of 3 like offers (67%)")
    assert "not the group" in words["would be asked for"]
    assert "these messages" not in words
    families.regroup(actor="test")
    assert Case.objects.get(pk=case.pk).family is None


def test_a_groups_case_lists_the_messages_and_says_why_it_is_just_at_the_threshold(
    tmp_path: Path,
) -> None:
    case = in_doubt(tmp_path)
    view = service.case_view(case.pk, analyst())
    assert dict(view.channel)["these messages"] == (
        "2 of their 3 messages: hxxps://t[.]me/neighbours_chat/1, hxxps://t[.]me/neighbours_chat/2"
    )
    assert view.because == (
        "score 0.6714, threshold 0.6714, model m1: 2 doubtful messages (accounts: 1),"
        " counted as just at the threshold"
    )
    assert view.evidence[0].name.endswith(", post 1, 2")


def in_doubt(folder: Path) -> Case:
    """A group of which one account wrote three messages; two of them carry the verdict."""
    run, key = new_run(), parse_key("telegram:500")
    answer = replace(
        page("https://preview.test/x"),
        site=key,
        url="mtproto://telegram/messages.getHistory?channel=500",
        redacted="group users=2",
        documents=tuple(Document(title="", text=f"text {n}", part=str(n)) for n in (1, 2, 90)),
    )
    writer = EvidenceWriter(folder, run.pk, "test", "posts")
    intake.store(run.pk, "channels", [answer], writer)
    writer.close()
    case = Case.objects.select_related("target").get()
    case.target.name = "neighbours_chat"
    case.target.save()
    rows = DocumentRow.objects.filter(part__in=("1", "2")).values_list("pk", flat=True)
    assessing.record_verdict(
        case.pk,
        Verdict(0.6714, 0.0, Role.SHOP, carriers=(0, 1)),
        [*rows],
        "m1",
        review_threshold=0.6714,
        actor="system:assess",
    )
    profile = profile_of(
        [PostFacts(n, NOON, carries=n < 3) for n in (1, 2, 90)],
        (),
        Links(),
        own="neighbours_chat",
        now=NOON,
        dormant_after=timedelta(days=30),
        group=GroupFacts(("@sunny_dos",), 25),
    )
    ChannelFacts.objects.create(
        case=case, activity=profile.activity, profile=profile.as_json(), made_at=NOON
    )
    return case


def test_accounts_of_a_group_tie_it_to_who_names_them() -> None:
    case, shop = channel("neighbours_chat", 500), channel("some_shop", 501)
    facts(shop, reserve=("sunny_dos",))
    profile = profile_of(
        [PostFacts(1, NOON)],
        (),
        Links(),
        own="neighbours_chat",
        now=NOON,
        dormant_after=timedelta(days=30),
        group=GroupFacts(("@sunny_dos",), 25),
    )
    ChannelFacts.objects.create(
        case=case, activity=profile.activity, profile=profile.as_json(), made_at=NOON
    )
    families.regroup(actor="test")
    members = {row.pk: row.family_id for row in Case.objects.all()}
    assert members[case.pk] == members[shop.pk] is not None


def test_a_site_has_no_such_lines() -> None:
    case = case_in(CaseState.IN_REVIEW)
    assert service.case_view(case.pk, analyst()).channel == ()


def test_a_channel_and_its_reserve_are_one_family() -> None:
    case, reserve, other = (
        channel("some_shop", 500),
        channel("shop_two", 501),
        channel("x_y_z", 502),
    )
    facts(case)
    families.regroup(actor="test")
    members = {row.pk: row.family_id for row in Case.objects.all()}
    assert members[case.pk] == members[reserve.pk] is not None
    assert members[other.pk] is None


def test_figures_are_told_in_words_of_each_language() -> None:
    found = replace(
        profile_of(
            [
                PostFacts(1, NOON - timedelta(days=200)),
                PostFacts(2, NOON - timedelta(days=3), selling=True, carries=True, priced=4),
            ],
            (), Links(invites=2), own="some_shop", now=NOON, dormant_after=timedelta(days=30),
        ),
        counters=(("subscribers", 12_500), ("photos", 40)),
    )  # fmt: skip
    words = dict(in_words(found))
    assert words["shows of itself"] == "12,500 subscribers, 40 photos"
    assert words["posts"] == (
        "1 of 2 sell (50%), 1 of 1 in the last 30 days, the last one on 2026-02-26"
    )
    assert words["invite links"] == "2, never followed"
    with override("ru"):
        russian = dict(in_words(found))
    assert russian.keys().isdisjoint(words)
    assert "26.02.2026" in " ".join(russian.values())
    assert "post" not in " ".join(russian.values())
