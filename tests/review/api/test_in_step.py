"""A recipient with nothing but curl and `verify-export` keeps in step with a running house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.blocking.signing import keys
from tests.net.authority import needs_openssl
from tests.review.api.pulling import Recipient, needs_curl
from tests.review.console.served import Served, serving

pytestmark = [needs_openssl, needs_curl]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> keys.Keys:
    return keys.make(tmp_path_factory.mktemp("keys") / "ec")


@pytest.fixture(scope="module")
def house(
    empty_record: Path, made: keys.Keys, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("api") / "data"
    signing = {"NARCOWATCH_BLOCKING__SIGNING__KEY_FILE": str(made.both)}
    with serving(empty_record, data, **signing) as served:
        served.seed("released", "one.test", "two.test")
        yield served


def of(house: Served, folder: Path, signed_by: Path) -> Recipient:
    secret = house.seed("token", folder.name, "regulator", "regulator")
    return Recipient(house.url, secret, house.environ, folder, signed_by)


def test_full_then_delta_gives_what_the_next_full_set_holds(
    house: Served, made: keys.Keys, tmp_path: Path
) -> None:
    recipient = of(house, tmp_path / "recipient1", made.ca)
    full = recipient.pull("delta")
    assert full.returncode == 0, full.stderr
    assert "export regulator/1 holds" in full.stdout
    assert "CN=Releases" in full.stdout
    assert (recipient.folder / "had" / "current").readlink() == Path("1")
    same = recipient.pull("delta")
    assert (same.returncode, same.stdout) == (0, ""), same.stderr

    house.seed("released_again", "one.test", "three.test")
    house.seed("released_again", "", "four.test")
    delta = recipient.pull("delta")
    assert delta.returncode == 0, delta.stderr
    assert "follows 1" in delta.stdout
    assert "follows 2" in delta.stdout
    for number in (2, 3):
        assert "delta-requests.jsonl" in recipient.names(number)
        assert "requests.jsonl" not in recipient.names(number)
    held = {one["id"]: one for one in recipient.documents("1/requests.jsonl")}
    for number in (2, 3):
        for one in recipient.documents(f"{number}/delta-requests.jsonl"):
            if one["action"] == "lift":
                held.pop(one["lifts"]["id"], None)
            else:
                held[one["id"]] = one

    other = of(house, tmp_path / "recipient2", made.ca)
    whole = other.pull("full")
    assert whole.returncode == 0, whole.stderr
    assert {one["id"]: one for one in other.documents("3/requests.jsonl")} == held
    assert sorted(one["target"]["values"][0] for one in held.values()) == [
        "four.test", "three.test", "two.test",
    ]  # fmt: skip
    taken = house.rows(
        "SELECT subject, actor FROM cases_auditevent WHERE action='export.pulled' ORDER BY seq"
    )
    assert taken == [
        *((f"export:regulator/{number}", "recipient1") for number in (1, 2, 3)),
        ("export:regulator/3", "recipient2"),
    ]


def test_what_another_signed_is_not_taken(house: Served, tmp_path: Path) -> None:
    others = keys.make(tmp_path / "ec")
    recipient = of(house, tmp_path / "recipient3", others.ca)
    refused = recipient.pull("full")
    assert refused.returncode != 0
    assert "BROKEN" in refused.stderr
    assert not (recipient.folder / "had" / "current").exists()
