"""Known cases over many nights: a real server whose pages change, and a clock that is set."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crawlers.crawling import ROOT, Place
from tests.crawlers.servers import Reply, Web, html

pytestmark = pytest.mark.timeout(300)

GOODS = "Мефедрон кристалл 1 г — {} тг, 2 г — 22000 тг. Гашиш 1 г — 9000 тг. "
SELLS = (
    "<h1>Магазин закладок</h1><p>" + GOODS + "</p><p>Моментальные клады, прикоп и магнит, фото и "
    "координаты сразу после оплаты. Районы: Алматы, Астана, Шымкент.</p><p>Оплата биткоин и "
    "Kaspi. Оператор круглосуточно.</p><p>Набор курьеров.</p>"
)
OTHER_GOODS = (
    "<h1>Новая витрина</h1><p>Кокаин 1 г — 60000 тг, экстази 2 шт — 10000 тг, амфетамин 1 г — "
    "9000 тг.</p><p>Клады в Караганде и Павлодаре, тайник с фото после оплаты.</p>"
    "<p>Принимаем Monero и USDT, пишите оператору, работаем без выходных.</p>"
)
GARDEN = (
    "<h1>Садовый центр</h1><p>Саженцы яблонь, груш и вишен. Доставка по городу.</p>"
    "<p>Удобрения, горшки, семена овощей и цветов.</p><p>Работаем с девяти до шести.</p>"
)
PARKED = html("<p>This domain is for sale. Buy this domain today.</p>", title="shop.test")


def sells(price: int = 12000) -> Reply:
    return html(SELLS.format(price), title="Витрина")


class Nights:
    """A data directory and its nights; ``web`` serves every ``*.test``."""

    def __init__(self, place: Place, web: Web) -> None:
        self.place, self.web = place, web
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.nightly.dated_night"],
            cwd=ROOT,
            env=place.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seeds = place.data / "seeds.toml"
        self.seeds.write_text("")

    def seed(self, *hosts: str) -> None:
        self.seeds.write_text(
            "".join(f'[[site]]\nurl = "http://{host}/"\n' for host in hosts), encoding="utf-8"
        )

    def night(self, day: float) -> dict[str, Any]:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(f"{day} {self.seeds}\n")
        self.child.stdin.flush()
        report: dict[str, Any] = json.loads(self.child.stdout.readline())
        self.seeds.write_text("")
        assert report["exit_code"] in {0, 3}, report
        return report

    def met(self, day: float, host: str) -> tuple[str, bool | None] | None:
        """What the night's look at ``host`` met, None when it was not looked at again."""
        lines = {line["name"]: line for line in self.night(day)["looked_again"]}
        return (lines[host]["result"], lines[host]["selling"]) if host in lines else None

    def case(self, host: str) -> sqlite3.Row:
        (row,) = self.place.rows(
            "select c.* from cases_case c join cases_target t on t.id = c.target_id"
            " where t.value = ?",
            host,
        )
        return row

    def decide(self, host: str, state: str, day: float) -> None:
        """Put a case into ``state``, as if people had in that night."""
        with self.place.database() as database:
            database.execute(
                "update cases_case set state = ?, changed_at = datetime('2026-03-01 20:00', ?)"
                " where id = ?",
                (state, f"+{day} days", self.case(host)["id"]),
            )

    def proposed(self) -> list[tuple[str, str, str]]:
        rows = self.place.rows(
            "select p.kind, p.state, coalesce(t.value, '') other from cases_proposal p"
            " left join cases_target t on t.id = p.other_id order by p.id"
        )
        return [(row["kind"], row["other"], row["state"]) for row in rows]


@pytest.fixture
def nights(web: Web, migrated: Path, place) -> Iterator[Nights]:
    settings = {"RECHECK__SPREAD": "0", "RECHECK__GONE_AFTER": "3", "CRAWL__TRIES": "1"}
    found = Nights(place(**settings), web)
    yield found
    found.child.communicate(timeout=60)


def gone(asked: object) -> None:
    """No answer: the connection is closed."""


def test_a_shop_that_is_parked_then_gone_then_back(nights: Nights) -> None:
    web = nights.web
    web.site("shop.test", {"/": sells()})
    nights.seed("shop.test")
    assert nights.night(0)["looked_again"] == [], "found tonight is not looked at again"
    assert nights.case("shop.test")["state"] == "in_review"
    nights.decide("shop.test", "confirmed", 0)

    web.site("shop.test", {"/": sells(13000)})
    assert nights.met(1, "shop.test") == ("up", True)
    assert nights.met(1.2, "shop.test") is None, "not due twice in a night"
    web.site("shop.test", {"/": PARKED})
    assert nights.met(2, "shop.test") == ("parked", None)
    web.site("shop.test", {"/": gone})
    assert nights.met(3, "shop.test") == ("down", None)
    report = nights.night(4)
    assert [line["kind"] for line in report["proposals"]] == ["gone"]
    assert nights.case("shop.test")["state"] == "confirmed"
    nights.night(5)
    assert nights.case("shop.test")["state"] == "unreachable"
    assert [nights.met(day, "shop.test") for day in (6, 7)] == [None, None]
    assert nights.met(8, "shop.test") == ("down", None)
    web.site("shop.test", {"/": sells(14000)})
    assert nights.met(11, "shop.test") is None, "it waits twice as long"
    report = nights.night(14)
    assert [line["result"] for line in report["looked_again"]] == ["up"]
    assert nights.case("shop.test")["state"] == "confirmed"
    assert (report["proposals"], nights.proposed()) == ([], [("gone", "", "lapsed")])

    rows = nights.place.rows("select result, changed, score, capture_id from cases_contentcheck")
    assert [row["result"] for row in rows] == ["up", "parked", "down", "down", "down", "down", "up"]
    assert rows[0]["changed"] == 0.0, "a price is no change"
    assert rows[0]["score"] > 0.9
    assert all(row["capture_id"] for row in rows)


def test_a_shop_that_moves_by_redirect_reappears_where_it_sells(nights: Nights) -> None:
    web = nights.web
    web.site("old.test", {"/": sells()})
    nights.seed("old.test")
    nights.night(0)
    web.site("old.test", {"/": Reply(status=302, headers={"Location": "http://new.test/"})})
    web.site("new.test", {"/": sells()})
    report = nights.night(1)
    (line,) = report["looked_again"]
    assert (line["name"], line["result"], line["moved_to"]) == ("old.test", "moved", "new.test")
    assert nights.proposed() == [("reappeared", "new.test", "open")]
    assert nights.case("new.test")["state"] == "in_review"
    nights.night(2)
    assert len(nights.proposed()) == 1
    web.site("new.test", {"/": html(GARDEN)})
    web.site("old.test", {"/": Reply(status=302, headers={"Location": "http://third.test/"})})
    web.site("third.test", {"/": html(GARDEN)})
    nights.night(3)
    assert nights.proposed()[1:] == [("moved", "third.test", "open")]
    web.site("old.test", {"/": sells()})
    nights.night(4)
    assert nights.proposed() == [
        ("reappeared", "new.test", "lapsed"),
        ("moved", "third.test", "lapsed"),
    ], "it sells where it did"


def test_a_cleaned_shop_is_proposed_after_some_nights(nights: Nights) -> None:
    nights.web.site("shop.test", {"/": sells()})
    nights.seed("shop.test")
    nights.night(0)
    nights.web.site("shop.test", {"/": html(GARDEN)})
    assert [nights.met(day, "shop.test") for day in (1, 2, 3)] == [("up", False)] * 3
    assert nights.proposed() == [("cleaned", "", "open")]
    assert nights.case("shop.test")["state"] == "in_review"
    (first, *_) = nights.place.rows("select changed from cases_contentcheck order by id")
    assert first["changed"] > 0.9
    nights.web.site("shop.test", {"/": sells()})
    assert nights.met(4, "shop.test") == ("up", True)
    assert nights.proposed() == [("cleaned", "", "lapsed")]


def test_a_dismissed_site_comes_back_when_it_sells_what_it_did_not(nights: Nights) -> None:
    nights.web.site("shop.test", {"/": sells()})
    nights.seed("shop.test")
    nights.night(0)
    nights.decide("shop.test", "dismissed", 0.5)
    assert nights.met(29, "shop.test") is None
    assert nights.met(30, "shop.test") == ("up", True)
    assert nights.case("shop.test")["state"] == "dismissed", "people have seen this"
    nights.web.site("shop.test", {"/": html(OTHER_GOODS)})
    assert nights.met(60, "shop.test") == ("up", True)
    case = nights.case("shop.test")
    assert (case["state"], case["review_round"]) == ("in_review", 2)


def test_a_night_without_a_way_out_says_nothing_of_anybody(nights: Nights) -> None:
    hosts = [f"shop-{name}.test" for name in "abc"]
    for host in hosts:
        nights.web.site(host, {"/": sells()})
    nights.seed(*hosts)
    nights.night(0)
    for host in hosts:
        nights.web.site(host, {"/": gone})
    report = nights.night(1)
    assert report["looked_again"] == []
    stage = next(line for line in report["stages"] if line["stage"] == "recheck")
    assert stage["counts"]["skipped: no way out tonight"] == 3
    nights.web.site(hosts[0], {"/": sells()})
    report = nights.night(2)
    assert {line["name"]: line["result"] for line in report["looked_again"]} == {
        hosts[0]: "up",
        hosts[1]: "down",
        hosts[2]: "down",
    }
    assert sum(line["requests"] for line in report["sources"]) == 3
