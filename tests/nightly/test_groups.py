"""The world's two groups, read through accounts and judged by the night's own stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from telethon import types
from telethon.crypto import rsa as known_keys

from blocking.subjects import carriers_of, channel_of
from cases.models import Capture, Case, ChannelFacts
from channels.apps import options_of
from channels.keepers import rules_of
from channels.models import Advertiser
from domain.captures import Outcome
from domain.channel_profiles import Activity, profile_from
from domain.seeds import parse_seeds
from nightly.apps import plan_of
from nightly.night import Night
from nightly.progress import Quiet
from nightly.scoring import assess
from review import service
from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.visits import Visits
from tests.people import analyst
from tests.world.addresses import addresses_of
from tests.world.content import load
from tests.world.mtproto.fromcontent import Chats
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db
CONTENT = load()
SELLERS, NEIGHBOURS = "orbita_baraholka_chat", "zhk_aq_bulaq_chat"


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    before = dict(known_keys._server_keys)
    with TelegramDouble() as running:
        Chats(running.directory, CONTENT, addresses_of(CONTENT)).add_all()
        yield running
    known_keys._server_keys.clear()
    known_keys._server_keys.update(before)


def test_the_group_with_a_seller_gets_a_case_and_the_neighbours_none(
    double: TelegramDouble, tmp_path: Path, settings
) -> None:
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    readers, visits = Readers(double, tmp_path), Visits(tmp_path, double)
    reading = readers.of(rules=rules_of(options_of(settings.NARCOWATCH)))
    try:
        for name in (SELLERS, NEIGHBOURS):
            assert visits.visit(reading, name) is Outcome.OK
    finally:
        reading.gateway.close()
    night = Night(visits.run, plan_of(settings.NARCOWATCH), parse_seeds(b""), Quiet())
    assess(night)
    cases = {case.target.name: case for case in Case.objects.select_related("target")}
    seller, innocent = cases[SELLERS], cases[NEIGHBOURS]
    assert (seller.state, innocent.state) == ("in_review", "screened_out")
    assert innocent.score == 0.0
    assert not Advertiser.objects.filter(target=innocent.target).exists()
    (who,) = Advertiser.objects.filter(target=seller.target)
    assert who.username == "sunny_dos_orb"
    profile = profile_from(ChannelFacts.objects.get(case=seller).profile)
    assert profile.accounts == ("@sunny_dos_orb",)
    assert (profile.posts, profile.messages) == (5, 25)
    assert profile.activity is Activity.ACTIVE
    assert profile.sites == ()
    assert profile.reserve == ("sunny_dos_orb2",)
    view = service.case_view(seller.pk, analyst())
    lines = dict(view.channel)
    assert lines["public group"] == (
        "1 account advertises in it: @sunny_dos_orb; 5 of the 25 messages read are theirs"
    )
    assert {carrier.part for carrier in view.carriers} == {"4419", "4436", "4463"}
    assert "not the group" in lines["would be asked for"]
    assert seller.selling_share == pytest.approx(3 / 5)


def test_a_channel_in_which_somebody_was_hidden_is_judged_as_a_channel(
    double: TelegramDouble, tmp_path: Path, settings
) -> None:
    """A client's words that the shop forwards make its captures redacted, and it no group."""
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    (chat,) = (one for one in double.directory.chats.values() if one.username == "terrikon_krg")
    header = types.MessageFwdHeader(date=double.directory.clock(), from_name="Клиент Клиентов")
    double.directory.post(chat, "Все ровно, спасибо", fwd_from=header)
    readers, visits = Readers(double, tmp_path), Visits(tmp_path, double)
    reading = readers.of(rules=rules_of(options_of(settings.NARCOWATCH)))
    try:
        assert visits.visit(reading, "terrikon_krg") is Outcome.OK
    finally:
        reading.gateway.close()
    assess(Night(visits.run, plan_of(settings.NARCOWATCH), parse_seeds(b""), Quiet()))
    assert Capture.objects.exclude(redacted="").exists()
    case = Case.objects.get(target__name="terrikon_krg")
    assert case.state == "in_review"
    item = channel_of(case, carriers_of(case))
    assert item is not None
    assert not item.messages_only
