"""New hits told by webhook: through the address guard, to a server that is vouched for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases.models import Person
from cases.people import Role
from net.addresses import TestNetwork
from review.alerts.plan import Way
from review.models import Alert
from tests.net.certificates import tls_of
from tests.people import person
from tests.review.console.alerting import GUARDED, HOOK, HOST, House, plan
from tests.review.console.receiving import Hook, hook_server


@pytest.fixture
def who(db: None) -> Person:
    return person("analyst1", Role.ANALYST)


@pytest.fixture
def hooked(db: None, tmp_path: Path) -> Iterator[tuple[House, Hook]]:
    server, client = tls_of(tmp_path / "tls", HOST)
    with hook_server(server) as hook:
        net = replace(
            GUARDED,
            test_networks=(TestNetwork.of("hooks", "127.0.0.0/8", ["*.hooks.test"]),),
            resolver_overrides={HOST: f"127.0.0.1:{hook.port}"},
            tls=client,
        )
        yield House(tmp_path, plan(net=net)), hook


def test_a_webhook_is_told_the_same_numbers(hooked: tuple[House, Hook], who: Person) -> None:
    house, hook = hooked
    saved = house.watch(who, Way.WEBHOOK, HOOK)
    case = house.new("http://one.test/")
    assert house.tell()[("out", "alerts sent")] == 1
    ((path, headers, body),) = hook.posts
    key = str(Alert.objects.get().key)
    assert path == "/secret-path"
    assert headers["Idempotency-Key"] == key
    assert headers["User-Agent"] == "narcowatch"
    assert body == {
        "alert": key,
        "search": saved.pk,
        "hits": 1,
        "cases": [case.pk],
        "console": f"https://console.test/search/saved/{saved.pk}",
    }
    assert house.tell() == {("in", "searches"): 1}
    assert len(hook.posts) == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told_again(
    hooked: tuple[House, Hook], who: Person, status: int
) -> None:
    house, hook = hooked
    house.watch(who, Way.WEBHOOK, HOOK)
    house.new("http://one.test/")
    hook.status = status
    assert house.tell()[("failed", "webhook: http_status")] == 1
    assert [path for path, _, _ in hook.posts] == ["/secret-path"], "no redirect is followed"
    assert Alert.objects.get().problem == "http_status"
    hook.status = 200
    assert house.tell() == {("in", "searches"): 1, ("out", "alerts sent"): 1}
    first, second = (headers["Idempotency-Key"] for _, headers, _ in hook.posts)
    assert first == second


def test_the_address_guard_holds(hooked: tuple[House, Hook], who: Person) -> None:
    house, hook = hooked
    house.watch(who, Way.WEBHOOK, HOOK)
    house.new("http://one.test/")
    house.plan = replace(house.plan, net=replace(house.plan.net, test_networks=()))
    assert house.tell()[("failed", "webhook: address_refused")] == 1
    assert hook.posts == []
    assert Alert.objects.get().state == "waiting"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    hooked: tuple[House, Hook], who: Person
) -> None:
    house, hook = hooked
    house.watch(who, Way.WEBHOOK, HOOK)
    house.new("http://one.test/")
    house.plan = replace(house.plan, net=replace(house.plan.net, tls=None))
    assert house.tell()[("failed", "webhook: tls")] == 1
    assert hook.posts == []


def test_a_host_that_the_operator_took_back_is_not_told(
    hooked: tuple[House, Hook], who: Person
) -> None:
    house, hook = hooked
    house.watch(who, Way.WEBHOOK, HOOK)
    house.new("http://one.test/")
    house.plan = replace(house.plan, hosts=("others.test",))
    assert house.tell()[("failed", "webhook: not allowed")] == 1
    assert hook.posts == []
