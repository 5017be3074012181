from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import AddressRefused
from net.addresses import TestNetwork, check_address, host_matches, refusal

WORLD = TestNetwork.of("world", "127.0.0.0/8", ["*.test", "exact.example"])


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("0.0.0.0", "unspecified"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.100.100.200", "cloud metadata"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("168.63.129.16", "cloud metadata"),
        ("169.254.1.1", "link-local"),
        ("169.254.169.254", "cloud metadata"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.1", "reserved"),
        ("192.0.2.1", "documentation"),
        ("192.168.1.1", "private"),
        ("198.18.0.1", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::7f00:1", "IPv4-compatible"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:169.254.169.254", "cloud metadata"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "cloud metadata"),
        ("64:ff9b:1::1", "local NAT64"),
        ("2002:a00:1::", "6to4"),
        ("2001:0:a00:1::1", "Teredo"),
        ("2001:2::1", "reserved"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "cloud metadata"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("4000::1", "reserved"),
        ("100::1", "reserved"),
    ],
)
def test_addresses_that_are_not_of_the_public_internet_are_refused(address: str, why: str) -> None:
    assert refusal(ip_address(address)) == why
    with pytest.raises(AddressRefused, match=why) as caught:
        check_address(address, "shop.example")
    assert caught.value.permanent
    assert caught.value.reason == "address_refused"


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1", "64:ff9b::808:808"],
)
def test_public_addresses_pass(address: str) -> None:
    assert check_address(address, "shop.example") == ip_address(address)


@pytest.mark.parametrize("host", ["a.test", "b.a.test", "A.TEST.", "exact.example"])
def test_a_test_network_lets_its_hosts_in(host: str) -> None:
    assert check_address("127.0.0.1", host, [WORLD]) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("127.0.0.1", "test"),
        ("127.0.0.1", "a.test.example"),
        ("127.0.0.1", "atest"),
        ("127.0.0.1", "sub.exact.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.1", "a.test"),
        ("169.254.169.254", "a.test"),
        ("::1", "a.test"),
    ],
)
def test_a_test_network_lets_nobody_else_in(address: str, host: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(address, host, [WORLD])


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_in_ipv6_clothes_is_judged_the_same(number: int) -> None:
    plain = IPv4Address(number)
    assert refusal(IPv6Address(0xFFFF << 32 | number)) == refusal(plain)
    assert refusal(IPv6Address(0x64FF9B << 96 | number)) == refusal(plain)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_python_calls_private_never_passes(address: IPv4Address | IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            return
        in_nat64 = address.version == 6 and int(address) >> 32 == 0x64FF9B << 64
        assert refusal(address) or in_nat64


def test_patterns() -> None:
    assert host_matches("Shop.Test.", "*.test")
    assert not host_matches(".test", "*.test")
    assert host_matches("shop.test", "shop.test")
    assert not host_matches("my-shop.test", "shop.test")
