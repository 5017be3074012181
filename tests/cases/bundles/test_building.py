from __future__ import annotations

import stat
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from cases import audit, decisions, intake, sealing
from cases.bundles.building import build
from cases.bundles.verifier import check, parse, read_records, sha256_of
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, Capture, Case, DecisionRow
from domain.clock import utc_now
from domain.decisions import VerdictKind
from domain.digests import sha256_hex
from domain.errors import EvidenceError, InputError, RecordError
from domain.states import CaseState
from tests.cases.bundles.conftest import PNG, TEXT, Made, Shop
from tests.records import NOON, case_in, page


def read(folder: Path, name: str):
    return parse((folder / f"record/{name}.json").read_bytes())


def verify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As the README says: Python alone, none of our packages within reach."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bundle_verifies_itself_with_python_alone(made: Made) -> None:
    bundle = made()
    done = verify(bundle.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == [
        "bundle holds",
        f"SHA-256 of the manifest: {bundle.manifest_sha256}",
    ]
    assert "NO time-stamp" in done.stdout
    assert verify(bundle.folder, "--manifest-sha256", bundle.manifest_sha256).returncode == 0
    other = verify(bundle.folder, "--manifest-sha256", "0" * 64)
    assert (other.returncode, "not the one that was named" in other.stdout) == (1, True)


def test_what_is_no_bundle_is_told_from_a_broken_one(made: Made, tmp_path: Path) -> None:
    done = verify(made().folder, str(tmp_path))
    assert done.returncode == 2
    assert "no bundle in" in done.stderr


def test_it_holds_the_case_and_nothing_of_others(made: Made, shop: Shop) -> None:
    folder = made().folder
    captures = read(folder, "captures")
    assert {(row["url"], row["outcome"]) for row in captures} == {
        ("http://shop.test/goods", "ok"),
        ("http://shop.test/about", "ok"),
        ("http://shop.test/x", "timeout"),
    }
    assert [row["model"] for row in read(folder, "assessments")] == ["m1"]
    assert [row["person"] for row in read(folder, "decisions")] == ["one", "two"]
    assert {(row["why"], row["parent"]) for row in read(folder, "candidates")} == {
        ("seed", None),
        ("link", "host:other.test"),
    }
    assert {row["text"] for row in read(folder, "documents")} == {TEXT, None}
    assert read(folder, "case")["target"]["key"] == "host:shop.test"
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"somebody else" not in everything
    for path in folder.glob("warc/*"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                assert b"somebody else" not in record.content_stream().read()


def test_records_are_those_of_the_store_byte_for_byte(made: Made, shop: Shop) -> None:
    folder = made().folder
    for row in read(folder, "captures"):
        if row["warc"] is None:
            continue
        capture = Capture.objects.get(pk=row["id"])
        kept = (shop.store / capture.warc_file).read_bytes()[capture.warc_offset :]
        place = row["warc"]
        sliced = (folder / place["file"]).read_bytes()[place["offset"] :]
        assert place["length"] == capture.warc_length
        assert sliced[: place["length"]] == kept[: place["length"]]
    for path in folder.glob("warc/*"):
        command = [sys.executable, "-m", "warcio.cli", "check", str(path)]
        assert subprocess.run(command, check=False).returncode == 0
        with path.open("rb") as stream:
            assert next(iter(ArchiveIterator(stream))).rec_type == "warcinfo"


def test_screenshots_lie_beside_their_records(made: Made) -> None:
    folder = made().folder
    (shot,) = read(folder, "screenshots")
    assert (folder / shot["png"]["file"]).read_bytes() == PNG
    assert (folder / shot["text"]["file"]).read_text(encoding="utf-8") == TEXT
    assert shot["png"]["warc"]["uri"] == "urn:fullPage:http://shop.test/goods"
    assert (shot["images"], shot["browser"]) == (False, "Chromium 140.0")


def test_the_audit_events_of_the_case_are_linked_to_the_chain(made: Made, shop: Shop) -> None:
    before = audit.verify()
    slice_ = read(made().folder, "audit")
    assert slice_["head"] == {"seq": before.length, "hash": before.head}
    actions = [event["action"] for event in slice_["events"]]
    assert actions[:3] == ["case.assessed", "case.in_review", "screenshot.taken"]
    assert "case.confirmed" in actions
    for event in slice_["events"]:
        assert AuditEvent.objects.get(seq=event["seq"]).hash == event["hash"]


def test_custody_says_who_what_when_and_how(made: Made, shop: Shop) -> None:
    first = made()
    custody = read(made("again").folder, "custody")
    named = {item["name"].rpartition(" ")[0] for item in custody["items"]}
    assert named == {"capture", "picture of screenshot", "text of screenshot"}
    item = custody["items"][0]
    assert item["taken_at"] == "2026-03-01T12:00:00Z"
    assert item["how"] == "through direct"
    assert {origin["file"] for origin in custody["origins"]} == {
        item["kept_in"] for item in custody["items"]
    }
    assert all(origin["software"].startswith("narcowatch/") for origin in custody["origins"])
    assert [(one["who"], one["what"]) for one in custody["accesses"]] == [
        ("system:shots", "screenshot.taken"),
        ("one", "evidence.bundled"),
    ]
    text = (first.folder / "custody.txt").read_text(encoding="utf-8")
    assert "hxxp://shop[.]test/goods" in text
    assert "images blocked" in text


def test_who_took_it_stands_in_the_chain_with_the_manifest(made: Made, shop: Shop) -> None:
    bundle = made()
    event = AuditEvent.objects.get(seq=bundle.event)
    assert (event.action, event.actor, event.subject) == (
        "evidence.bundled",
        "one",
        f"case:{shop.case.pk}",
    )
    assert event.details["manifest_sha256"] == sha256_of(bundle.folder / "manifest.json")
    assert audit.verify().holds


def test_files_are_for_their_owner_alone(made: Made) -> None:
    folder = made().folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_two_bundles_differ_only_where_they_must(made: Made) -> None:
    one, two = made("one").folder, made("two").folder
    files = [path.relative_to(one) for path in one.rglob("*") if path.is_file()]
    differ = {str(name) for name in files if (one / name).read_bytes() != (two / name).read_bytes()}
    assert differ <= {
        "manifest.json",
        "SHA256SUMS",
        "record/audit.json",
        "record/custody.json",
        "custody.txt",
    }
    assert "record/audit.json" in differ


def test_nothing_is_written_over(made: Made, tmp_path: Path) -> None:
    made()
    with pytest.raises(InputError, match="there already"):
        made()
    assert AuditEvent.objects.filter(action="evidence.bundled").count() == 1
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="there already"):
        made("link")
    with pytest.raises(InputError, match="no is not there"):
        made("no/such/folder")


def test_what_a_killed_build_left_is_cleared_away(made: Made, tmp_path: Path) -> None:
    left = tmp_path / ".bundle.partial"
    (left / "warc").mkdir(parents=True)
    (left / "warc" / "half").write_bytes(b"x")
    bundle = made()
    assert not check(bundle.folder).problems
    assert not left.exists()


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_broken_evidence_makes_no_bundle(
    made: Made, shop: Shop, tmp_path: Path, damage: str
) -> None:
    capture = Capture.objects.get(url="http://shop.test/about")
    path = shop.store / capture.warc_file
    data = bytearray(path.read_bytes())
    data[capture.warc_offset + capture.warc_length // 2] ^= 1
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(data if damage == "flip" else data[: capture.warc_offset + 9])
    with pytest.raises(EvidenceError, match=r"crawl-00001.warc.gz"):
        made()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]
    assert not AuditEvent.objects.filter(action="evidence.bundled").exists()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "http://shop.test/other"}, "record is of 'http://shop.test/about'"),
        ({"status": 404}, "answered with status 200"),
        ({"size": 1}, "it has 8 bytes"),
        ({"fetched_at": NOON + timedelta(days=1)}, "was taken at '2026-03-01T12:00:00Z'"),
        ({"sha256": "0" * 64}, "another SHA-256"),
    ],
)
def test_a_capture_whose_bytes_say_otherwise_makes_no_bundle(
    made: Made, tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    Capture.objects.filter(url="http://shop.test/about").update(**changed)
    with pytest.raises(EvidenceError, match=told):
        made()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_a_rendered_page_stands_beside_the_page_that_it_was_made_from(
    made: Made, shop: Shop
) -> None:
    run = Capture.objects.earliest("pk").run_id
    writer = EvidenceWriter(shop.store, run, "more", "pages")
    rendered = replace(page("http://shop.test/goods", "with prices"), rendered=True)
    intake.store(run, "crawl", [rendered], writer)
    writer.close()
    folder = made().folder
    assert check(folder).problems == []
    (row,) = (row for row in read(folder, "captures") if row["rendered"])
    place = row["warc"]
    data = (folder / place["file"]).read_bytes()[place["offset"] :][: place["length"]]
    (record,) = read_records(data)
    Capture.objects.filter(url="http://shop.test/goods", rendered=False).update(
        warc_file="", warc_length=0
    )
    with pytest.raises(RecordError, match="made from a page that is not here") as caught:
        made("without")
    assert record.fields["warc-refers-to"] in str(caught.value)


def test_a_record_that_does_not_fit_the_chain_makes_no_bundle(made: Made, shop: Shop) -> None:
    DecisionRow.objects.filter(person=shop.second).delete()
    with pytest.raises(RecordError, match="'two' decided 'confirm', the record does not"):
        made()
    assert not AuditEvent.objects.filter(action="evidence.bundled").exists()


def test_a_bundle_tells_of_the_case_as_it_was_when_it_was_read(made: Made, shop: Shop) -> None:
    def clock() -> datetime:
        if not AuditEvent.objects.filter(action="case.withdrawn").exists():
            decisions.withdraw(shop.case.pk, shop.boss, "an error")
        return utc_now()

    folder = made(clock=clock).folder
    assert read(folder, "case")["state"] == "confirmed"
    assert check(folder).problems == []
    assert read(made("again").folder, "case")["state"] == "withdrawn"


def test_a_case_that_was_held_has_a_bundle_that_holds(made: Made, shop: Shop) -> None:
    hold = decisions.Verdict(VerdictKind.HOLD, "operation", hold_until=NOON + timedelta(days=9999))
    decisions.decide(shop.case.pk, shop.first, hold)
    assert check(made("held").folder).problems == []
    decisions.end_hold(shop.case.pk, shop.first, "over")
    assert check(made("ended").folder).problems == []


def test_a_hidden_channel_called_like_a_word_of_the_record_hides_no_decision(
    made: Made, shop: Shop
) -> None:
    for name in ("round", "seconds", "sells_in", "direct", "files"):
        hidden = case_in(CaseState.IN_REVIEW, f"telegram:@{name}")
        hidden.target.name = name
        hidden.target.save()
        Case.objects.filter(pk=hidden.pk).update(restricted=True)
    sealing.seal(Capture.objects.earliest("pk").run_id, shop.store)
    folder = made().folder
    assert check(folder).problems == []
    actions = {event["action"] for event in read(folder, "audit")["events"]}
    assert {"decision.confirm", "screenshot.taken", "evidence.sealed"} <= actions


def test_a_changed_audit_event_makes_no_bundle(made: Made) -> None:
    AuditEvent.objects.filter(action="case.confirmed").update(actor="somebody")
    with pytest.raises(RecordError, match="was changed"):
        made()


def test_a_case_without_captures_has_a_bundle_too(made: Made, shop: Shop) -> None:
    Capture.objects.filter(target=shop.case.target).update(
        warc_file="", warc_offset=0, warc_length=0
    )
    bundle = made()
    assert check(bundle.folder).problems == []
    assert [path.name.split("-")[0] for path in bundle.folder.glob("warc/*")] == ["screens"]


def test_a_case_that_is_there_no_more_is_named(made: Made, shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no case 4711"):
        build(4711, shop.first, tmp_path / "x", evidence_root=shop.store)
    assert not (tmp_path / "x").exists()


def test_evidence_is_held_against_its_seal(made: Made, shop: Shop) -> None:
    run = Capture.objects.get(url="http://shop.test/about").run_id
    assert all(row["sealed"] == "" for row in read(made("before").folder, "custody")["origins"])
    sealing.seal(run, shop.store)
    for row in read(made("after").folder, "custody")["origins"]:
        data = (shop.store / row["source"]).read_bytes()
        assert sha256_hex(data) in row["sealed"]
    other = Capture.objects.get(url="http://other.test/")
    path = shop.store / other.warc_file
    data = bytearray(path.read_bytes())
    data[other.warc_offset + 20] ^= 1
    path.write_bytes(data)
    with pytest.raises(EvidenceError, match="not what was sealed"):
        made("changed")
