"""Every hostile site of the sample world is bounded in time, bytes and memory, and named."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.crawlers.crawling import Place
from tests.world.content import Truth
from tests.world.hostile.catalogue import DOCUMENTS, Hostile, hostile_sites
from tests.world.world import World

MIB = 1024 * 1024
#: More than a crawl needs for one page of the largest size, far less than any bomb holds.
MOST_MORE = 96 * MIB
MAX_BODY = 5_000_000
SITES = {site.host: site for site in hostile_sites(1) if not site.host.startswith("*.")}
HEAVY = [
    *("gzip-bomb.test", "brotli-bomb.test", "zstd-bomb.test", "nested-bomb.test"),
    *("wide-window.test", "many-codings.test", "deep-page.test", "huge-page.test"),
    *("header-flood.test", "long-header.test", "interim.test", "chunk-extensions.test"),
    *("long-chunk-line.test", "trailers.test", "binary-links.test", "unclosed.test"),
]
SLOW = ["slow-drip.test", "slow-headers.test"]


def limits(**more: str) -> dict[str, str]:
    named = {"CRAWL__MAX_BODY_BYTES": str(MAX_BODY), "NET__TIMEOUT_S": "20", **more}
    return {f"NARCOWATCH_{name}": value for name, value in named.items()}


def crawl_measured(at: Place, run: int) -> tuple[int, float]:
    """Crawl to the end. Returns the most memory that the process and its reader of pages held, in
    bytes, and seconds.

    The figure of the processes themselves (VmHWM, proc(5)) is read until they are gone: what
    ``getrusage`` says of a child begins with what its parent held.
    """
    peaks: dict[int, int] = {}
    began = time.monotonic()
    child = at.start(run)
    while child.poll() is None:
        with suppress(psutil.Error):
            readers = [
                one.pid
                for one in psutil.Process(child.pid).children()
                if any("spawn_main" in word for word in one.cmdline())
            ]
            for pid in (child.pid, *readers):
                peaks[pid] = max(peaks.get(pid, 0), high_water(pid))
        assert time.monotonic() - began < 240, "a crawl of one site goes on and on"
        time.sleep(0.02)
    _, errors = child.communicate()
    assert child.returncode == 0, errors
    assert len(peaks) > 1, "no reader was seen"
    return sum(peaks.values()), time.monotonic() - began


def high_water(pid: int) -> int:
    """The most memory that a process held so far, in bytes; 0 once it is gone."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return max((int(line.split()[1]) for line in lines if "VmHWM" in line), default=0) * 1024
    return 0


@pytest.fixture(scope="module")
def make(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Place]:
    def place(world: World, **more: str) -> Place:
        data = tmp_path_factory.mktemp("attack")
        (data / "narcowatch.sqlite3").write_bytes(migrated.read_bytes())
        return Place(data, world.port, limits(**more))

    return place


@pytest.fixture(scope="module")
def plain(world: World, make: Callable[..., Place]) -> int:
    """What a crawl holds that meets nothing bad: two innocent shops' worth of pages."""
    at = make(world)
    run = at.begin("http://lavanda-mylo.test/", "http://steppe-protein.test/")
    peak, _ = crawl_measured(at, run)
    assert len(at.captures(run)) > 6
    return peak


def outcomes_at(at: Place, run: int, host: str) -> Counter[str]:
    rows = at.rows("select url, outcome from cases_capture where run_id = ?", run)
    return Counter(row["outcome"] for row in rows if urlsplit(row["url"]).hostname == host)


def served(world: World, host: str) -> tuple[int, int]:
    count = world.served().get(host)
    return (count.served, count.bytes) if count else (0, 0)


@pytest.mark.parametrize("host", [*HEAVY, *SLOW])
def test_an_attack_costs_little(
    world: World, make: Callable[..., Place], plain: int, host: str
) -> None:
    more = {"NET__TIMEOUT_S": "3", "CRAWL__TRIES": "1"} if host in SLOW else {}
    before = served(world, host)
    at = make(world, **more)
    run = at.begin(f"http://{host}/")
    peak, _ = crawl_measured(at, run)
    expected = SITES[host].expect
    outcomes = outcomes_at(at, run, host)
    assert ("ok" if expected == DOCUMENTS else expected) in outcomes
    assert "failed" not in outcomes, "no page may hold up its reader"
    assert peak - plain < MOST_MORE, f"{(peak - plain) / MIB:.0f} MiB more than a plain crawl"
    asked, sent = (after - b for after, b in zip(served(world, host), before, strict=True))
    assert at.requests(run) == asked
    (used,) = at.rows("select received from crawlers_crawluse where run_id = ?", run)
    assert used["received"] <= asked * (2 * MAX_BODY + 1_000_000)
    assert sent <= asked * (2 * MAX_BODY + 8_000_000), "what lies in buffers when it is cut off"


@pytest.fixture(scope="module")
def crawled(world: World, make: Callable[..., Place]) -> tuple[Place, int, Counter[str]]:
    """All hostile sites in one crawl; with it what the servers had served before."""
    before = Counter({host: count.served for host, count in world.served().items()})
    at = make(world)
    run = at.begin(*(f"http://{host}/" for host in SITES))
    at.crawl(run)
    now = Counter({host: count.served for host, count in world.served().items()})
    return at, run, now - before


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.host)
def test_each_is_named(crawled: tuple[Place, int, Counter[str]], site: Hostile) -> None:
    at, run, _ = crawled
    wanted = "ok" if site.expect == DOCUMENTS else site.expect
    assert outcomes_at(at, run, site.host)[wanted] >= 1


def test_none_takes_more_than_its_budget(crawled: tuple[Place, int, Counter[str]]) -> None:
    at, run, asked = crawled
    assert at.requests(run) == asked.total()
    assert max(asked.values()) <= 200
    assert sum(n for host, n in asked.items() if host.endswith(".trap-wild.test")) <= 10
    bounded = {"calendar-trap.test": 70, "numbers-trap.test": 61, "pagination-trap.test": 8}
    for host, most in {**bounded, "path-trap.test": 8, "onward.test": 9}.items():
        assert 1 < asked[host] <= most, (host, asked[host])
    assert asked["session-trap.test"] <= 6
    assert asked["empty-refresh.test"] == 9
    assert asked["meta-refresh.test"] <= 41


def test_what_was_cut_off_is_counted(crawled: tuple[Place, int, Counter[str]]) -> None:
    at, run, _ = crawled
    rows = at.rows("select source, reason from cases_runcount where run_id = ?", run)
    counted = {(row["source"].removeprefix("host:"), row["reason"]) for row in rows}
    assert counted >= {
        ("calendar-trap.test", "too deep"),
        ("numbers-trap.test", "pattern budget"),
        ("pagination-trap.test", "too deep"),
        ("path-trap.test", "path trap"),
        ("onward.test", "too many redirects"),
        ("empty-refresh.test", "too many redirects"),
        ("redirect-loop.test", "redirect loop"),
        ("redirect-script.test", "javascript link"),
        ("redirect-data.test", "data link"),
        ("redirect-metadata.test", "address refused"),
        ("redirect-intranet.test", "address refused"),
        ("redirect-loopback.test", "address refused"),
        ("odd-links.test", "file link"),
        ("odd-links.test", "address refused"),
    }


def test_an_article_about_obstacles_is_read(crawled: tuple[Place, int, Counter[str]]) -> None:
    at, run, _ = crawled
    (row,) = at.rows(
        "select d.text from cases_documentrow d join cases_capture c on c.id = d.capture_id"
        " where c.run_id = ? and c.url = 'http://about-obstacles.test/'",
        run,
    )
    assert "Заглушки: краткая история" in row["text"]
    innocent = [site for site in SITES.values() if site.truth is Truth.INNOCENT]
    assert len(innocent) > 10
