"""A recipient's program keeps in step: files by addresses that stay, deltas, parts, and what is
had already."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from blocking.manifest import NAME, SIGNATURE, STAMP
from blocking.models import Export
from blocking.plan import ExportPlan, Recipient
from blocking.protection import Protection
from blocking.states import ExportState
from cases import audit
from cases.models import AuditEvent, Person
from review import pulling
from tests.blocking.conftest import (  # noqa: F401  # fixtures
    Confirmed,
    Time,
    analyst,
    clock,
    confirmed,
    opened,
    plan,
    protection,
    second,
    supervisor,
)
from tests.blocking.house import House
from tests.review.api.conftest import Program, of_recipient, program
from tests.review.api.releasing import Releasing

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(
    plan: ExportPlan,  # noqa: F811
    protection: Protection,  # noqa: F811
    clock: Time,  # noqa: F811
    supervisor: Person,  # noqa: F811
    confirmed: Confirmed,  # noqa: F811
    settings: Settings,
) -> Releasing:
    blocking = settings.NARCOWATCH.blocking.model_copy(update={"exports_dir": plan.folder})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"blocking": blocking})
    return Releasing(House(plan, protection, clock, supervisor), confirmed, clock)


def folder_of(house: Releasing, number: int) -> Path:
    return house.house.plan.folder / "regulator" / str(number)


def get(asker: Program, path: str, **headers: str):
    """The answer with its bytes as ``data``, read to the end."""
    answer = asker.get(f"/exports/{path}", **headers)
    answer.data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def documents(data: bytes) -> list[dict]:
    return [json.loads(line) for line in data.splitlines()]


def test_the_release_in_force_has_addresses_that_stay(house: Releasing, theirs: Program) -> None:
    house.release("one.test")
    first = get(theirs, "current/manifest")
    assert first["Content-Location"] == "/api/v1/exports/1/manifest"
    assert first["Last-Modified"] == "Sun, 01 Mar 2026 13:07:00 GMT"
    known = {"If-None-Match": first["ETag"]}
    same = get(theirs, "current/manifest", **known)
    assert (same.status_code, same["ETag"], same.content) == (304, first["ETag"], b"")
    since = {"If-Modified-Since": first["Last-Modified"]}
    assert get(theirs, "current/manifest", **since).status_code == 304
    house.release("two.test")
    for headers in (known, since):
        after = get(theirs, "current/manifest", **headers)
        assert (after.status_code, after["ETag"] != first["ETag"]) == (200, True)
    told = get(theirs, "current")
    assert (told.json()["number"], told["Content-Location"]) == (2, "/api/v1/exports/2")
    zone = get(theirs, "current/files/block.rpz")
    assert zone.data == (folder_of(house, 2) / "block.rpz").read_bytes()


def test_nothing_is_there_before_a_person_released_it(house: Releasing, theirs: Program) -> None:
    addresses = ("", "/manifest", "/SHA256SUMS", "/files/block.rpz")
    for rest in addresses:
        assert get(theirs, f"current{rest}").status_code == 404
    assert get(theirs, "since/1").status_code == 404
    house.release("one.test")
    house.house.build()
    Export.objects.filter(number=1).update(state=ExportState.BUILT)
    for rest in addresses:
        assert get(theirs, f"current{rest}").status_code == 404


def test_what_proves_a_release_is_handed_out_with_it(house: Releasing, theirs: Program) -> None:
    house.release("one.test")
    assert get(theirs, f"1/files/{SIGNATURE}").status_code == 404
    for name in (SIGNATURE, STAMP):
        (folder_of(house, 1) / name).write_bytes(name.encode())
    listed = {file["name"]: file for file in get(theirs, "1").json()["files"]}
    for name, kind in ((SIGNATURE, "pkcs7-signature"), (STAMP, "timestamp-reply")):
        answer = get(theirs, f"current/files/{name}")
        assert (answer.data, answer["Content-Type"]) == (name.encode(), f"application/{kind}")
        digest = hashlib.sha256(name.encode()).hexdigest()
        assert answer["ETag"] == f'"{digest}"' == f'"{listed[name]["sha256"]}"'


def test_all_files_are_listed_as_sha256sum_takes_them(house: Releasing, theirs: Program) -> None:
    house.release("one.test")
    (folder_of(house, 1) / SIGNATURE).write_bytes(b"x")
    answer = get(theirs, "current/SHA256SUMS")
    assert answer["Content-Type"] == "text/plain"
    assert answer.content == get(theirs, "1/SHA256SUMS").content
    found = {}
    for line in answer.content.decode().splitlines():
        digest, _, path = line.partition("  ")
        found[path] = digest
    lies = {f"1/{path.name}": path for path in folder_of(house, 1).iterdir()}
    assert found == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in lies.items()
    }


def test_a_download_that_broke_goes_on_where_it_stopped(house: Releasing, theirs: Program) -> None:
    house.release("one.test", "two.test")
    path = "1/files/register.csv"
    whole = get(theirs, path)
    data = whole.data
    assert (whole["Accept-Ranges"], len(data)) == ("bytes", int(whole["Content-Length"]))
    rest = get(theirs, path, Range="bytes=100-", **{"If-Range": whole["ETag"]})
    assert (rest.status_code, rest.data) == (206, data[100:])
    assert rest["Content-Range"] == f"bytes 100-{len(data) - 1}/{len(data)}"
    assert rest["ETag"] == whole["ETag"]
    assert int(rest["Content-Length"]) == len(data) - 100
    other = get(theirs, path, Range="bytes=100-", **{"If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, data)
    beyond = get(theirs, path, Range=f"bytes={len(data)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(data)}")
    assert beyond["Content-Type"] == "application/problem+json"
    parts = [
        event.details.get("part", "")
        for event in AuditEvent.objects.filter(action="export.downloaded").order_by("seq")
    ]
    assert parts == ["", f"100-{len(data) - 1}", ""]


def applied(held: dict[str, dict], delta: bytes) -> dict[str, dict]:
    """Entries by id after a delta: liftings go, all else comes or replaces."""
    after = dict(held)
    for one in documents(delta):
        if one["action"] == "lift":
            after.pop(one["lifts"]["id"], None)
        else:
            after[one["id"]] = one
    return after


def test_the_deltas_lead_from_any_release_to_the_one_in_force(
    house: Releasing, theirs: Program
) -> None:
    house.release("one.test", "two.test")
    house.release("three.test", gone=("one.test",))
    house.release("four.test", gone=("two.test",))
    fulls = {
        number: {
            one["id"]: one for one in documents(get(theirs, f"{number}/files/requests.jsonl").data)
        }
        for number in (1, 2, 3)
    }
    for since, numbers in ((1, [2, 3]), (2, [3]), (3, [])):
        way = get(theirs, f"since/{since}").json()
        assert (way["since"], way["current"]) == (since, 3)
        assert [step["number"] for step in way["steps"]] == numbers
        held = fulls[since]
        for step in way["steps"]:
            names = {file["name"] for file in step["files"]}
            assert {NAME, "delta-requests.jsonl"} <= names
            assert not names & {"requests.jsonl", "block.rpz"}
            address = f"{step['number']}/files/delta-requests.jsonl"
            held = applied(held, get(theirs, address).data)
        assert held == fulls[3]
    first = get(theirs, "since/1").json()["steps"][0]
    assert (first["added"], first["changed"], first["lifted"]) == (1, 0, 1)
    sums = get(theirs, "since/1/SHA256SUMS").content.decode().splitlines()
    assert [line.split("/")[0][-1] for line in sums] == sorted(
        line.split("/")[0][-1] for line in sums
    )


def test_whoever_is_too_far_off_is_sent_to_the_full_set(
    house: Releasing, theirs: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one.test", "two.test", "three.test"):
        house.release(name)
    monkeypatch.setattr(pulling, "MOST_STEPS", 1)
    assert get(theirs, "since/2").status_code == 200
    for number in (1, 4, 99):
        for rest in ("", "/SHA256SUMS"):
            answer = get(theirs, f"since/{number}{rest}")
            assert answer.status_code == 410
            assert answer["Content-Type"] == "application/problem+json"
            assert answer["Link"] == '<http://testserver/api/v1/exports/current>; rel="current"'


def test_a_format_that_was_not_delivered_all_along_has_no_way(
    house: Releasing, theirs: Program
) -> None:
    whole = house.house.plan
    house.release("one.test")
    house.house.plan = replace(whole, recipients=(Recipient("regulator", ("csv", "rpz")),))
    house.release("two.test")
    assert get(theirs, "since/1").status_code == 200, "fewer formats tell all of theirs"
    house.house.plan = whole
    house.release("three.test")
    assert get(theirs, "since/2").status_code == 410
    assert get(theirs, "since/1").status_code == 410
    assert get(theirs, "since/3").status_code == 200


def test_that_a_release_was_taken_is_written_down_once_a_token(
    house: Releasing, theirs: Program, regulator: Person
) -> None:
    house.release("one.test")
    taken = AuditEvent.objects.filter(action="export.pulled").order_by("seq")
    for path in ("", "/manifest", "/SHA256SUMS"):
        get(theirs, f"current{path}")
    assert not taken.exists(), "a manifest alone is no release"
    tag = get(theirs, "1/files/block.rpz")["ETag"]
    get(theirs, "1/files/block.rpz", **{"If-None-Match": tag})
    get(theirs, "1/files/register.csv")
    (event,) = taken
    assert (event.subject, event.actor) == ("export:regulator/1", "regulator1")
    assert event.details["took"] == "block.rpz"
    assert event.details["manifest_sha256"] == Export.objects.get().manifest_sha256
    get(program(regulator), "1/files/block.rpz")
    assert len({row.details["token"] for row in taken.all()}) == taken.all().count() == 2
    house.release("two.test")
    get(theirs, "2/files/delta-register.csv")
    assert taken.last().subject == "export:regulator/2"
    assert audit.verify().holds


def test_what_is_not_as_it_was_released_is_not_handed_out(
    house: Releasing, theirs: Program
) -> None:
    house.release("one.test")
    (folder_of(house, 1) / "block.rpz").write_bytes(b"changed")
    for headers in ({}, {"Range": "bytes=0-3"}):
        assert get(theirs, "current/files/block.rpz", **headers).status_code == 409
    assert not AuditEvent.objects.filter(action="export.pulled").exists()


def test_another_recipient_has_its_own_current_release(house: Releasing, theirs: Program) -> None:
    house.release("one.test")
    others = program(of_recipient("resolver", "resolver1"))
    assert get(theirs, "current").status_code == 200
    for path in ("current", "current/manifest", "current/SHA256SUMS", "since/1", "1/SHA256SUMS"):
        assert get(others, f"{path}").status_code == 404
