"""Onions are spread over Tor clients, stay where they are, and get new circuits after failures."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import TransportError
from domain.onion import onion_from_public_key
from net.tor_pool import MOST_RETIRED, TorPool, ranked

CLIENTS = [f"127.0.0.1:{port}" for port in (9050, 9052, 9054, 9056)]
ONIONS = [onion_from_public_key(bytes([n]) * 32) for n in range(200)]


def test_one_client_gives_each_onion_and_job_a_circuit_of_its_own() -> None:
    first, second = (TorPool(CLIENTS[:1], job) for job in ("run-1", "run 2/@"))
    urls = {pool.circuit(onion).url for pool in (first, second) for onion in ONIONS[:5]}
    assert len(urls) == 10
    label = ONIONS[0].removesuffix(".onion")
    assert second.circuit(ONIONS[0]).url == f"socks5h://{label}:run%202%2F%40@127.0.0.1:9050"
    assert first.circuit(ONIONS[0]) == first.circuit(ONIONS[0])


def test_every_client_gets_its_share() -> None:
    pool = TorPool(CLIENTS, "run-1")
    shares = Counter(pool.circuit(onion).client for onion in ONIONS)
    assert set(shares) == set(CLIENTS)
    assert min(shares.values()) > len(ONIONS) / len(CLIENTS) / 2


@given(st.sets(st.sampled_from(CLIENTS), min_size=2), st.sampled_from(ONIONS), st.data())
def test_losing_a_client_moves_its_onions_alone(
    clients: set[str], onion: str, data: st.DataObject
) -> None:
    lost = data.draw(st.sampled_from(sorted(clients)))
    pool = TorPool(sorted(clients), "run-1")
    before = pool.circuit(onion).client
    pool.take_out(lost)
    after = pool.circuit(onion).client
    assert after != lost
    assert (after == before) == (before != lost)
    pool.put_back(lost)
    assert pool.circuit(onion).client == before


@given(st.permutations(CLIENTS), st.sampled_from(ONIONS))
def test_the_order_in_the_settings_does_not_matter(clients: list[str], onion: str) -> None:
    assert ranked(clients, onion) == ranked(CLIENTS, onion)


def test_a_failed_circuit_is_followed_by_a_new_one_on_another_client() -> None:
    pool = TorPool(CLIENTS[:2], "run-1")
    first = pool.circuit(ONIONS[0])
    assert pool.retire(first)
    assert not pool.retire(first), "fetches that failed together retire one circuit"
    second = pool.circuit(ONIONS[0])
    assert second.client != first.client
    assert second.credentials != first.credentials
    assert pool.circuit(ONIONS[1]).number == 0, "other onions keep theirs"


def test_circuits_are_not_renewed_for_ever() -> None:
    pool = TorPool(CLIENTS, "run-1")
    renewed = sum(pool.retire(pool.circuit(ONIONS[0])) for _ in range(10 * MOST_RETIRED))
    assert renewed == MOST_RETIRED


def test_without_any_client_tor_is_down() -> None:
    pool = TorPool(CLIENTS[:2], "run-1")
    for client in CLIENTS[:2]:
        pool.take_out(client)
    assert pool.silent == tuple(CLIENTS[:2])
    with pytest.raises(TransportError, match=r"9050, .*9052") as caught:
        pool.circuit(ONIONS[0])
    assert (caught.value.reason, caught.value.permanent) == ("tor_down", True)


def test_circuits_that_failed_elsewhere_are_skipped() -> None:
    pool = TorPool(CLIENTS[:2], "run-1")
    pool.begin_at(ONIONS[0], 2)
    assert pool.circuit(ONIONS[0]).number == pool.number_of(ONIONS[0]) == 2
    pool.begin_at(ONIONS[0], 1)
    assert pool.number_of(ONIONS[0]) == 2, "never back"
    pool.begin_at(ONIONS[0], 10 * MOST_RETIRED)
    assert pool.number_of(ONIONS[0]) == MOST_RETIRED
    assert pool.number_of(ONIONS[1]) == 0
