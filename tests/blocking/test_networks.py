"""Which autonomous system an address belongs to, by a table of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocking.networks import read_networks
from domain.errors import InputError

TABLE = (
    "203.0.113.0\t203.0.113.127\t64500\tKZ\tFIRST\n"
    "198.51.100.0\t198.51.100.255\t64501\tKZ\tSECOND\n"
    "203.0.113.128\t203.0.113.255\t0\tNone\tNot routed\n"
    "2001:db8::\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t64502\tKZ\tTHIRD\n"
)


def written(folder: Path, text: str) -> Path:
    path = folder / "networks.tsv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("address", "asn"),
    [
        ("203.0.113.0", 64500),
        ("203.0.113.127", 64500),
        ("203.0.113.128", None),
        ("198.51.100.9", 64501),
        ("192.0.2.1", None),
        ("255.255.255.255", None),
        ("2001:db8::1", 64502),
        ("2001:dead::1", None),
    ],
)
def test_an_address_is_found_in_its_range(tmp_path: Path, address: str, asn: int | None) -> None:
    assert read_networks(written(tmp_path, TABLE)).asn(address) == asn


@pytest.mark.parametrize(
    "line",
    [
        "x\t203.0.113.9\t1\tKZ\tN",
        "203.0.113.9\t203.0.113.1\t1\tKZ\tN",
        "203.0.113.1\t2001:db8::1\t1\tKZ\tN",
        "203.0.113.1\t203.0.113.9\tAS1\tKZ\tN",
        "203.0.113.1\t203.0.113.9\t4294967296\tKZ\tN",
        "203.0.113.1\t203.0.113.9\t1",
        "",
    ],
)
def test_a_line_that_is_no_range_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match=r"networks\.tsv, line 5"):
        read_networks(written(tmp_path, f"{TABLE}{line}\n"))


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tsv cannot be read"):
        read_networks(tmp_path / "none.tsv")
