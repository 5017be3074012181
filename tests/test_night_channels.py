"""Nights over the world's channels, with accounts, from two seeds; then names change hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.nights import TO_CONNECT, House, build_house, requests_by_host, served_by_host
from tests.world.content import Truth
from tests.world.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

FIRST, SECOND = 0, 1
#: Who sells in one of the world's groups; everybody else who writes in them is innocent.
SELLER = "sunny_dos_orb"
ACCOUNTS = ("one", "two")
#: All that an account asks; everything here reads.
READING = {
    *TO_CONNECT,
    "ResolveUsername",
    "GetFullChannel",
    "GetHistory",
    "GetChannelRecommendations",
}


def seeds(*names: str) -> str:
    return "".join(f'[[channel]]\nname = "{name}"\n' for name in names)


@dataclass(frozen=True)
class Nights:
    """A house after two nights, between which channels changed their names. ``numbers`` are, after
    each night, requests by host: those of the reports so far, and those that were served."""

    house: House
    reports: tuple[dict[str, Any], ...]
    numbers: tuple[tuple[Counter[str], Counter[str]], ...]

    def queued(self, night: int) -> set[str]:
        return {line["target"] for line in self.reports[night]["cases"]}

    def lines(self, night: int) -> dict[str, dict[str, Any]]:
        return {line["source"]: line for line in self.reports[night]["sources"]}

    def channels(self, truth: Truth) -> dict[str, str]:
        """Names of the world's channels by their keys."""
        facts = self.house.world.truth()
        return {str(f.key): f.slug for f in facts if f.username and f.truth is truth}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("channels")
    reports: list[dict[str, Any]] = []
    numbers = []
    asked: Counter[str] = Counter()
    with World(folder / "world", tor=False, accounts=ACCOUNTS, renamed=False) as world:
        first, second = seeds("otzyvy_nochi", "tau_bazar"), seeds("vershina_ala_shop")
        states = ("in_review", "confirmed", "requested", "ordered")
        every_night = {f"{state}_days": 0 for state in states}
        house = build_house(world, folder / "house", first, recheck=every_night)
        for number, text in enumerate((first, second)):
            if number:
                world.rename()
            (house.folder / "seeds.toml").write_text(text, encoding="utf-8")
            done = house.narcowatch(*house.night_arguments(), timeout=600)
            (folder / f"out-{number}").write_text(done.stdout + done.stderr)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            reports.append(house.report())
            asked += requests_by_host(reports[-1])
            numbers.append((Counter(asked), served_by_host(world)))
        yield Nights(house, tuple(reports), tuple(numbers))


def test_every_selling_channel_is_queued(nights: Nights) -> None:
    selling = nights.channels(Truth.SHOP)
    assert len(selling) == 18
    missing = {name for key, name in selling.items() if key not in nights.queued(FIRST)}
    assert missing == set()


def test_no_innocent_one_is(nights: Nights) -> None:
    harmless = {str(fact.key): fact.slug for fact in nights.house.world.harmless()}
    for night in (FIRST, SECOND):
        assert {harmless[key] for key in nights.queued(night) if key in harmless} == set()
    read = {key for key, line in nights.lines(FIRST).items() if line["documents"]}
    assert len(read & {*nights.channels(Truth.INNOCENT)}) >= 12


def test_of_groups_the_advertiser_is_kept_and_no_neighbour(nights: Nights) -> None:
    groups = [one for one in nights.house.world.content.channels.values() if one.group]
    asked = nights.house.rows("SELECT name FROM cases_target t WHERE EXISTS (SELECT 1 FROM"
        " cases_capture c WHERE c.target_id = t.id AND c.redacted LIKE '%authors=%')")  # fmt: skip
    assert {name for (name,) in asked} == {one.name for one in groups}
    rows = nights.house.rows("SELECT username FROM channels_advertiser")
    assert rows == [(SELLER,)]
    neighbours = {post.author for one in groups for post in one.posts} - {SELLER}
    assert len(neighbours) == 17
    assert {name for data in nights.house.written() for name in neighbours
            if name.encode() in data} == set()  # fmt: skip


def test_the_numbers_equal_what_the_servers_were_sent(nights: Nights) -> None:
    for night in (FIRST, SECOND):
        asked, served = nights.numbers[night]
        assert asked == served
        assert nights.reports[night]["totals"]["refetched"] == 0
        assert nights.reports[night]["coverage_broken"] == []


def test_accounts_only_read_and_within_their_budgets(nights: Nights) -> None:
    assert nights.house.world.accounts is not None
    calls = nights.house.world.accounts.server.calls
    assert {call.method for call in calls} <= READING
    resolved = [(call.account, call.about) for call in calls if call.method == "ResolveUsername"]
    assert len(resolved) == len({*resolved})
    used = nights.house.rows(
        "SELECT sum(used) FROM channels_accountuse WHERE kind IN ('resolve', 'history')"
    )
    read = Counter(call.method for call in calls)
    assert used == [(read["ResolveUsername"] + read["GetHistory"],)]


def test_spam_does_not_eat_the_budget(nights: Nights) -> None:
    """The ring's six channels name dozens of names that lead nowhere."""
    ring = ("kripto_raketa_kz", "stavki_altyn_kubok", "podpischiki_migom_kz")
    rows = nights.house.rows(
        "SELECT count(DISTINCT l.target_id) FROM channels_look l JOIN cases_target p "
        f"ON p.id = l.parent_id WHERE p.name IN {ring} AND l.run_id = 1"
    )
    assert rows[0][0] <= 25


def test_a_renamed_channel_stays_one_target_and_is_read_on(nights: Nights) -> None:
    (key,) = [key for key, name in nights.channels(Truth.SHOP).items() if name == "jetisu_polka"]
    number = key.partition(":")[2]
    rows = nights.house.rows(f"SELECT name FROM cases_target WHERE value = '{number}'")
    assert rows == [("jetisu_polka",)]
    line = nights.lines(SECOND)[key]
    assert line["failed"] == {"no_such_name": 1}
    assert line["coverage"] == "kept"
    assert key in nights.queued(SECOND)
    posts = nights.house.rows(
        "SELECT d.part, count(*) FROM cases_documentrow d JOIN cases_target t "
        f"ON t.id = d.target_id WHERE t.value = '{number}' GROUP BY d.part"
    )
    assert len(posts) > 15
    assert {n for _, n in posts} == {1}


def test_who_took_a_name_over_is_another_target(nights: Nights) -> None:
    innocent = nights.channels(Truth.INNOCENT)
    (key,) = [key for key, name in innocent.items() if name == "vershina_ala_shop"]
    assert key not in nights.lines(FIRST)
    assert nights.lines(SECOND)[key]["documents"] > 10
    assert key not in nights.queued(SECOND)


def test_what_was_read_before_is_not_stored_again(nights: Nights) -> None:
    known = {*nights.channels(Truth.SHOP)} & {*nights.lines(SECOND)}
    assert len(known) == 18
    assert {key: nights.lines(SECOND)[key]["documents"] for key in known} == dict.fromkeys(known, 0)


def test_the_audit_trail_holds(nights: Nights) -> None:
    assert nights.house.narcowatch("audit", "verify").returncode == 0
