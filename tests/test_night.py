"""One whole night over the sample world, and what people and resolvers make of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocking.resolver import TrialResolver
from blocking.zonecheck import program
from cases.evidence import Pointer, read_body
from domain.digests import sha256_hex
from tests.nights import (
    RECIPIENT,
    House,
    build_house,
    requests_by_host,
    served_by_host,
)
from tests.people import PASSWORD
from tests.world.content import Truth
from tests.world.hostile.catalogue import LEAKING_ONION, SPY_HOST
from tests.world.scriptapp import browser_available
from tests.world.tor.onionkeys import OnionKey
from tests.world.tornet import tor_available
from tests.world.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house after its first night; onion sites are part of it where tor is installed."""
    folder = tmp_path_factory.mktemp("night")
    with World(folder / "world") as world:
        seeds = world.seeds_toml(hostile=True, innocent=True, searches=["купить"])
        states = ("in_review", "confirmed", "requested", "ordered")
        every_night = {f"{state}_days": 0 for state in states}
        house = build_house(world, folder / "house", seeds, recheck=every_night)
        done = house.narcowatch(*house.night_arguments(), timeout=500)
        (folder / "out").write_text(done.stdout + done.stderr)
        assert done.returncode in {0, 3}, done.stdout[-3000:] + done.stderr[-3000:]
        yield house


def found(house: House) -> set[str]:
    return {line["target"] for line in house.report()["cases"]}


def test_every_planted_shop_and_channel_is_found(night: House) -> None:
    planted = night.must_find()
    missing = {slug for key, slug in planted.items() if key not in found(night)}
    assert missing == set()
    assert len(planted) >= (24 if tor_available() else 19)


@pytest.mark.tor
def test_onion_shops_are_among_them(night: House) -> None:
    if not tor_available():
        pytest.skip("system package tor is not installed")
    onions = {str(fact.key) for fact in night.world.findable() if fact.key.kind == "onion"}
    assert len(onions) == 4
    assert onions <= found(night)


def test_mirrors_are_grouped(night: House) -> None:
    report = night.report()
    lines = {line["target"]: line for line in report["cases"]}
    pair = [lines["host:aurora-kz.test"], lines["host:aurora-kz-2.test"]]
    assert pair[0]["family"] == pair[1]["family"] is not None
    (family,) = [one for one in report["families"] if one["family"] == pair[0]["family"]]
    (link,) = [link for link in family["links"] if link.startswith("near copy")]
    assert "aurora-kz.test = aurora-kz-2.test (text 0." in link
    assert "same icon" in link
    near = [link for one in report["families"] for link in one["links"] if "near copy" in link]
    assert near == [link]


def test_no_innocent_neighbour_is_queued(night: House) -> None:
    harmless = {str(fact.key): fact.slug for fact in night.world.harmless()}
    queued = {slug for key, slug in harmless.items() if key in found(night)}
    assert queued == set()
    looked_at = {line["source"] for line in night.report()["sources"] if line["assessed"]}
    innocents = {str(f.key) for f in night.world.harmless() if f.truth is Truth.INNOCENT}
    assert len(looked_at & innocents) >= 15


def test_the_numbers_equal_what_the_servers_served(night: House) -> None:
    report = night.report()
    assert requests_by_host(report) == served_by_host(night.world)
    assert report["totals"]["refetched"] == 0


def test_coverage_holds_and_the_captcha_shop_is_named(night: House) -> None:
    report = night.report()
    assert report["coverage_broken"] == []
    assert report["exit_code"] == 0
    captcha = next(line for line in report["sources"] if line["expect"] == "captcha")
    assert captcha["failed"].get("captcha", 0) >= 1
    assert captcha["coverage"] == "kept"


def test_a_shop_that_moved_is_found_from_its_old_address(night: House) -> None:
    (old,) = [fact for fact in night.world.truth() if fact.moves_to is not None]
    assert str(old.moves_to) in found(night)
    lines = {line["source"]: line for line in night.report()["sources"]}
    line = lines[str(old.key)]
    assert (line["why"], line["documents"], line["coverage"]) == ("seed", 0, "kept")
    assert line["moved"] == {f"moves to {old.moves_to.value}": 1}
    assert lines[str(old.moves_to)]["why"] == "link"


def test_pages_that_scripts_make_are_rendered_and_no_others(night: House) -> None:
    """What their scripts reached for besides is not among what the servers served, see above."""
    if not browser_available():
        pytest.skip("no Chromium that can be shut in")
    scripted = {site.host for site in night.world.content.sites.values() if site.scripted}
    assert scripted
    scripted.add("script-intranet.test")
    if night.world.tor:
        scripted.add(OnionKey.for_slug(LEAKING_ONION).address)
    rows = night.rows(
        "SELECT t.value, c.outcome FROM cases_capture c JOIN cases_target t ON t.id = c.target_id "
        "WHERE c.rendered"
    )
    assert {value for value, _ in rows} == scripted
    assert {outcome for _, outcome in rows} == {"ok"}
    assert SPY_HOST not in served_by_host(night.world)


def test_planted_mirrors_stand_in_one_family(night: House) -> None:
    by_slug = {fact.slug: fact for fact in night.world.findable()}
    pairs = [
        (fact, by_slug[fact.mirror_of]) for fact in by_slug.values() if fact.mirror_of in by_slug
    ]
    assert pairs
    family = {line["target"]: line["family"] for line in night.report()["cases"]}
    for mirror, shop in pairs:
        assert family[str(mirror.key)] is not None, mirror.slug
        assert family[str(mirror.key)] == family[str(shop.key)], mirror.slug


def test_obstacles_and_attacks_stand_under_their_names(night: House) -> None:
    hostile = [fact for fact in night.world.seeds(hostile=True) if fact.ref is None]
    lines = {line["source"]: line for line in night.report()["sources"]}
    named = {fact.expect for fact in hostile if fact.expect != "documents"}
    assert named >= {
        *("captcha", "interstitial", "login_wall", "parked", "seized", "default_page", "empty"),
        *("bomb", "too_large", "timeout", "truncated", "header_flood", "not_text", "redirect"),
    }
    for fact in hostile:
        if fact.expect != "documents":
            line = lines[str(fact.key)]
            assert line["failed"].get(fact.expect, 0) >= 1, (fact.slug, line["failed"])


def test_every_capture_leads_to_its_bytes(night: House) -> None:
    rows = night.rows(
        "SELECT warc_file, warc_offset, warc_length, sha256 FROM cases_capture "
        "WHERE warc_file != '' ORDER BY id"
    )
    assert len(rows) > 100
    root = night.data / "evidence"
    for file, offset, length, digest in rows:
        assert sha256_hex(read_body(root, Pointer(file, offset, length))) == digest
    for file in root.rglob("*.warc.gz"):
        command = [sys.executable, "-m", "warcio.cli", "check", str(file)]
        assert subprocess.run(command, check=False, timeout=120).returncode == 0


def test_what_waits_for_people_can_be_searched(night: House) -> None:
    done = night.narcowatch("search", "мефедрон", "--json")
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)
    urls = json.dumps(hits, ensure_ascii=False)
    assert "aurora-kz.test" in urls


def test_the_report_can_be_printed_again(night: House) -> None:
    again = json.loads(night.narcowatch("report", "--json").stdout)
    first = night.report()
    for part in ("totals", "sources", "exit_code"):
        assert again[part] == first[part]


@pytest.fixture(scope="module")
def decided(night: House) -> House:
    """The same house after the demo reviewers and the supervisor."""
    limits = {
        "onions": sorted(night.world.onions.values()),
        "channels": sorted(night.world.content.channels),
    }
    path = night.folder / "limits.json"
    path.write_text(json.dumps(limits))
    for step in (
        night.python("-m", "tests.world.decide", str(path)),
        night.narcowatch("export", "--recipient", RECIPIENT),
        night.python("-m", "tests.world.decide", "--release"),
    ):
        assert step.returncode == 0, step.stdout + step.stderr
    return night


def confirmed_hosts(house: House) -> set[str]:
    rows = house.rows(
        "SELECT t.value FROM cases_case c JOIN cases_target t ON t.id = c.target_id "
        "WHERE c.state = 'requested' AND t.kind = 'host'"
    )
    return {value for (value,) in rows}


def release_folder(house: House) -> Path:
    (folder,) = {path.parent for path in (house.data / "exports").rglob("manifest.json")}
    return folder


def test_two_readers_confirm_most_shops(decided: House) -> None:
    planted = {f.key.value for f in decided.world.findable() if f.key.kind == "host"}
    hosts = confirmed_hosts(decided)
    assert hosts <= planted
    assert len(hosts) >= 8


@pytest.mark.unbound
def test_the_zone_blocks_the_confirmed_hosts_and_nothing_else(
    decided: House, tmp_path: Path
) -> None:
    unbound = program("unbound")
    if not unbound:
        pytest.skip("system package unbound is not installed")
    folder = release_folder(decided)
    zones = [
        ("passthru.rpz.narcowatch.", folder / "passthru.rpz"),
        ("rpz.narcowatch.", folder / "block.rpz"),
    ]
    hosts = confirmed_hosts(decided)
    everyone = {fact.key.value for fact in decided.world.truth() if fact.key.kind == "host"}
    with TrialResolver(unbound, zones, tmp_path) as resolver:
        assert resolver.problem == ""
        blocked = {host for host in everyone if resolver.is_blocked(host)}
        below = {host for host in everyone if resolver.is_blocked(f"www.{host}")}
    assert blocked == below == hosts


def test_the_release_verifies_and_the_chain_tells_the_story(decided: House) -> None:
    checked = decided.narcowatch("verify-export", str(release_folder(decided)))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    chain = decided.narcowatch("audit", "verify")
    assert chain.returncode == 0, chain.stderr
    actions = {action for (action,) in decided.rows("SELECT action FROM cases_auditevent")}
    assert actions >= {
        *("run.started", "case.in_review", "decision.confirm", "case.confirmed"),
        *("case.requested", "export.built", "export.released"),
    }


def test_the_evidence_of_a_site_an_onion_and_a_channel_verifies(
    decided: House, tmp_path: Path
) -> None:
    cases = dict(
        decided.rows(
            "SELECT t.kind, min(c.id) FROM cases_case c JOIN cases_target t ON t.id = c.target_id "
            "WHERE c.state = 'requested' GROUP BY t.kind"
        )
    )
    assert set(cases) >= {"host", "telegram"} | ({"onion"} if tor_available() else set())
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    signing_in = ("--password-file", str(password))
    added = decided.narcowatch("person", "add", "supervisor1", "--group", "supervisor", *signing_in)
    assert added.returncode == 0, added.stderr
    for kind, case in cases.items():
        folder = tmp_path / kind
        taken = decided.narcowatch(
            *("evidence", str(case), "--out", str(folder), "--user", "supervisor1"), *signing_in
        )
        assert taken.returncode == 0, taken.stderr
        alone = decided.python("-I", "-S", str(folder / "verify.py"))
        assert (alone.returncode, "bundle holds" in alone.stdout) == (0, True), alone.stdout
        known = decided.narcowatch("verify-evidence", str(folder))
        assert known.returncode == 0, known.stderr
        origins = json.loads((folder / "record" / "custody.json").read_bytes())["origins"]
        assert origins
        assert all(origin["sealed"] for origin in origins)


def test_a_second_night_finds_the_same_and_builds_nothing_new(decided: House) -> None:
    before = found(decided)
    done = decided.narcowatch(*decided.night_arguments(), timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert found(decided) >= before
    states = {line["target"]: line["state"] for line in decided.report()["cases"]}
    assert {f"host:{host}" for host in confirmed_hosts(decided)} <= {
        target for target, state in states.items() if state == "requested"
    }
