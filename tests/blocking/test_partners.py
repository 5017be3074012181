"""Bundles for partners abroad: STIX and MISP."""

from __future__ import annotations

from dataclasses import replace

import pytest
import stix2
from pymisp import MISPEvent, MISPObject

from blocking.entries import Action, Entry, Scope
from blocking.exporters import FORMATS
from tests.blocking.making import INFO, ONION, channel, entry, sample
from tests.blocking.reading import records, written


@pytest.mark.parametrize(
    ("made", "pattern"),
    [
        (
            entry("shop_a.test"),
            r"[domain-name:value = 'shop_a.test' OR domain-name:value MATCHES "
            r"'\\.shop_a\\.test$']",
        ),
        (entry("shop.test", subdomains=False), "[domain-name:value = 'shop.test']"),
        (
            entry("shop.test", scope=Scope.DOMAIN, subdomains=False),
            "[domain-name:value = 'shop.test' OR domain-name:value = 'www.shop.test']",
        ),
        (entry("9.9.9.9", scope=Scope.IP), "[ipv4-addr:value = '9.9.9.9']"),
        (entry(ONION, scope=Scope.ONION), f"[domain-name:value = '{ONION}']"),
        (
            entry("http://a.kz/it's", scope=Scope.URL),
            r"[url:value = 'http://a.kz/it\'s']",
        ),
        (
            channel("shop_kz", 77),
            "[(user-account:account_type = 'telegram' AND user-account:user_id = '77') OR "
            "(user-account:account_type = 'telegram' AND user-account:account_login = 'shop_kz')]",
        ),
        (
            channel("chat_kz", 78, 5, 9, messages_only=True),
            "[url:value = 'https://t.me/chat_kz/5' OR url:value = 'https://t.me/chat_kz/9']",
        ),
    ],
)
def test_a_pattern_covers_what_the_entry_does_and_no_more(made: Entry, pattern: str) -> None:
    (found,) = records("stix", written("stix", [made]))
    assert found.pattern == pattern


def test_indicators_have_the_same_ids_in_every_bundle() -> None:
    later = replace(INFO, number=8, as_of="2026-04-01T12:00:00Z")
    first, second = (
        {one.id: one.serialize() for one in stix2.parse(b"".join(pieces).decode()).objects}
        for pieces in (
            FORMATS["stix"].write([entry("a.test"), entry("b.test")], INFO),
            FORMATS["stix"].write([entry("b.test")], later),
        )
    )
    assert second.items() <= first.items()


def test_an_event_keeps_its_id_and_its_objects_follow_their_templates() -> None:
    def event(number: int) -> MISPEvent:
        made = MISPEvent()
        pieces = FORMATS["misp"].write(sample(), replace(INFO, number=number))
        made.load(b"".join(pieces).decode())
        return made

    first, second = event(7), event(8)
    assert first.uuid == second.uuid
    assert {a.uuid for a in first.attributes} == {a.uuid for a in second.attributes}
    templates = {found.name for found in first.objects}
    assert templates == {"tor-hiddenservice", "telegram-account"}
    for found in first.objects:
        template = MISPObject(found.name, strict=True)
        assert (found.template_uuid, str(found.template_version)) == (
            template.template_uuid, str(template.template_version),
        )  # fmt: skip
        for part in found.attributes:
            known = template._definition["attributes"][part.object_relation]
            assert part.type == known["misp-attribute"]


def test_what_is_lifted_is_in_no_bundle() -> None:
    lift = entry("shop.test", action=Action.LIFT)
    for name in ("stix", "misp"):
        assert FORMATS[name].leaves_out(lift, INFO)


def test_a_delta_takes_back_what_is_lifted() -> None:
    """Under the id that it was told by, and later than it was: else partners keep it."""
    blocks = [entry("a.test"), entry(ONION, scope=Scope.ONION)]
    lifts = [replace(one, action=Action.LIFT) for one in blocks]
    later = replace(INFO, number=8, as_of="2026-04-01T12:00:00Z", since=7)
    for name in ("stix", "misp"):
        assert [FORMATS[name].leaves_out(one, later) for one in lifts] == ["", ""]
        assert all(FORMATS[name].leaves_out(one, INFO) for one in lifts)
    told = {one.id: one for one in records("stix", written("stix", blocks))}
    revoked = stix2.parse(b"".join(FORMATS["stix"].write(lifts, later)).decode()).objects[1:]
    assert {one.id for one in revoked} == set(told)
    assert all(one.revoked and one.modified > told[one.id].modified for one in revoked)
    before, after = MISPEvent(), MISPEvent()
    before.from_json(b"".join(FORMATS["misp"].write(blocks, INFO)).decode())
    after.from_json(b"".join(FORMATS["misp"].write(lifts, later)).decode())
    assert (after.uuid, after.timestamp > before.timestamp) == (before.uuid, True)
    for old, new in ((before.attributes, after.attributes), (before.objects, after.objects)):
        assert [one.uuid for one in new] == [one.uuid for one in old]
        assert [
            (one.deleted, one.timestamp > was.timestamp) for one, was in zip(new, old, strict=True)
        ] == [(True, True)]
