"""The API as programs have it: the running console, asked over HTTP."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.review.console.served import Served, serving

HOSTS = ("lavka.test", "sklad.test", "tochka.test")
#: Which part of the document is whose.
_CONFIG = """
# What is a file of answers, and what a search text, is more than a schema can say: what is well
# formed and holds none is answered by 422.
[[operations]]
include-operation-id = ["send_file", "search"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "422", "429"]

# From any other release the full set has to be taken, which is no fault of the number.
[[operations]]
include-operation-id = ["way_since", "sums_since"]
parameters = {{ "path.number" = 1 }}

[[operations]]
include-operation-id = ["order"]
parameters = {{ "path.entry" = "{entry}" }}
"""
TAGS = {
    "regulator": ("token", "exports", "orders", "receipts"),
    "supervisor": ("token", "cases", "search", "overview", "audit"),
}


@pytest.fixture(scope="module")
def house(empty_record: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(empty_record, tmp_path_factory.mktemp("api") / "data") as served:
        served.seed("released", *HOSTS)
        served.seed("indexed", "shop.test", "other.test")
        yield served


@pytest.fixture(scope="module")
def regulator(house: Served) -> str:
    return house.seed("token", "regulator1", "regulator", "regulator")


@pytest.fixture(scope="module")
def supervisor(house: Served) -> str:
    return house.seed("token", "supervisor1", "supervisor")


def asking(house: Served, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{house.url}/api/v1", headers=headers)


def test_a_recipients_program_from_the_release_to_the_answer(house: Served, regulator: str) -> None:
    with asking(house, regulator) as program:
        (export,) = program.get("/exports").raise_for_status().json()["items"]
        assert (export["number"], export["entries"], export["in_force"]) == (1, 3, True)
        manifest = program.get("/exports/1/manifest").raise_for_status()
        assert hashlib.sha256(manifest.content).hexdigest() == export["manifest_sha256"]
        files = manifest.json()["files"]
        assert files
        for facts in files:
            file = program.get(f"/exports/1/files/{facts['name']}").raise_for_status()
            digest = hashlib.sha256(file.content).hexdigest()
            assert (digest, len(file.content)) == (facts["sha256"], facts["size"])
            assert file.headers["ETag"] == f'"{digest}"'
            known = {"If-None-Match": file.headers["ETag"]}
            again = program.get(f"/exports/1/files/{facts['name']}", headers=known)
            assert (again.status_code, again.content) == (304, b"")

        first, second, third = csv.DictReader(io.StringIO(program.get("/exports/1/answers").text))
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answer = {"answer": "accepted", "entry": first["id"]}
        took = program.post("/receipts", json=answer, headers=key)
        assert (took.status_code, took.json()["counts"]) == (201, {"applied": 1})
        same = program.post("/receipts", json=answer, headers=key)
        assert (same.status_code, same.headers["Location"]) == (200, took.headers["Location"])
        at = f"{third['id']},executed,,{_now()}"
        file = f"id,answer,reason,at\n{second['id']},refused,a court,\n{at}\nx,accepted,,\n"
        sent = program.post("/receipts/files", files={"file": ("answers.csv", file)})
        assert (sent.status_code, sent.json()["counts"]) == (201, {"applied": 2, "bad": 1})

        rows = program.get(f"/receipts/{sent.json()['receipt_id']}/rows").json()["items"]
        assert [row["outcome"] for row in rows] == ["applied", "applied", "bad"]
        states = {one["entry"]: one["state"] for one in program.get("/orders").json()["items"]}
        wanted = ("accepted", "refused", "executed")
        assert [states[row["id"]] for row in (first, second, third)] == [*wanted]
        moves = program.get(f"/orders/{third['id']}").json()["moves"]
        assert [move["to"] for move in moves] == ["executed"]
        counts = program.get("/recipient").json()["orders"]
        assert {state: n for state, n in counts.items() if n} == dict.fromkeys(wanted, 1)
    fetched = house.rows("SELECT count(*) FROM cases_auditevent WHERE action='export.downloaded'")
    assert fetched == [(len(files) + 1,)]


def _now() -> str:
    from domain.clock import iso, utc_now

    return iso(utc_now())


def test_a_tool_reads_what_its_owner_may(house: Served, supervisor: str) -> None:
    with asking(house, supervisor) as tool:
        found = tool.get("/search", params={"q": "мефедрон", "state": "in_review"}).json()
        assert found["total"] == 2
        assert found["facets"]["kind"] == {"host": 2}
        case = tool.get(f"/cases/{found['items'][0]['case_id']}").json()
        assert (case["state"], case["standing"]) == ("in_review", "none")
        figures = tool.get("/overview").json()
        assert sum(figures["orders"].values()) == len(HOSTS)
        assert tool.get("/exports").status_code == 403


@pytest.mark.parametrize("who", TAGS)
def test_it_keeps_to_its_document(
    house: Served, who: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Schemathesis asks everything with made-up values, good and bad; whatever was answered has to
    be as the document says."""
    token = request.getfixturevalue(who)
    tags = [word for tag in TAGS[who] for word in ("--include-tag", tag)]
    ((entry,),) = house.rows("SELECT request_id FROM blocking_order ORDER BY id LIMIT 1")
    config = tmp_path / "schemathesis.toml"
    config.write_text(_CONFIG.format(entry=uuid.UUID(entry)))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{house.url}/api/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {token}", *tags, "--checks", "all"),
            *("--seed", "6", "--max-examples", "5", "--phases", "coverage,fuzzing", "--no-shrink"),
            *("--generation-database", "none", "--no-color"),
        ],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
