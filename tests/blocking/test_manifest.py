from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from blocking.delta import Delta
from blocking.exporters import FORMATS, formats_of
from blocking.files import write_files
from blocking.manifest import NAME, SCHEMA, Manifest, Previous, parse, verify
from cases.files import write_private
from domain.digests import sha256_hex
from domain.errors import InputError
from tests.blocking.making import INFO, sample


def make(folder: Path, previous: Previous | None = None, number: int = 7) -> Manifest:
    folder.mkdir()
    written = write_files(folder, formats_of(FORMATS), sample(), INFO)
    manifest = Manifest(
        "regulator",
        number,
        number,
        INFO.as_of,
        previous,
        "0" * 64,
        7,
        {"host": 2},
        written.left_out,
        written.files,
    )
    write_private(folder / NAME, [manifest.as_bytes()])
    return manifest


def test_a_whole_export_verifies(tmp_path: Path) -> None:
    manifest = make(tmp_path / "7")
    seen = verify(tmp_path / "7")
    assert (seen.problems, seen.files, seen.number) == ((), len(FORMATS), 7)
    assert seen.sha256 == sha256_hex(manifest.as_bytes())
    assert parse((tmp_path / "7" / NAME).read_bytes(), "x") == manifest


def test_counts_say_what_each_file_holds_and_leaves_out(tmp_path: Path) -> None:
    manifest = make(tmp_path / "7")
    records = {file.format: file.records for file in manifest.files}
    assert records == {
        "json": 8,
        "csv": 8,
        "xml": 8,
        "rpz": 3,
        "rpz-passthru": 0,
        "domains": 2,
        "hosts": 3,
        "adblock": 2,
        "stix": 8,
        "misp": 8,
        "urls": 2,
        "telegram": 2,
        "xarf": 5,
    }
    for name, held in records.items():
        if name != "rpz-passthru":
            assert held + sum(manifest.left_out.get(name, {}).values()) == 8


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (_cut, "bytes, the manifest says"),
        (_flip, "was changed"),
        (Path.unlink, "is missing"),
    ],
)
def test_any_harm_to_a_file_is_seen(tmp_path: Path, harm: object, complaint: str) -> None:
    make(tmp_path / "7")
    for fmt in FORMATS.values():
        folder = tmp_path / fmt.name
        make(folder)
        harm(folder / fmt.filename)
        (problem,) = verify(folder).problems
        assert fmt.filename in problem
        assert complaint in problem


def test_a_stranger_in_the_folder_is_seen(tmp_path: Path) -> None:
    make(tmp_path / "7")
    (tmp_path / "7" / "extra.rpz").write_text("*.kz CNAME .\n")
    assert verify(tmp_path / "7").problems == ("extra.rpz is not in the manifest",)


def test_a_manifest_that_names_files_elsewhere_is_seen(tmp_path: Path) -> None:
    make(tmp_path / "7")
    path = tmp_path / "7" / NAME
    raw = json.loads(path.read_bytes())
    raw["files"][0]["name"] = "../other"
    path.write_text(json.dumps(raw, sort_keys=True, separators=(",", ":")))
    assert any("no plain file name" in problem for problem in verify(path.parent).problems)


def test_the_chain_to_the_release_before_is_held(tmp_path: Path) -> None:
    first = make(tmp_path / "7")
    good = Previous(7, sha256_hex(first.as_bytes()))
    make(tmp_path / "8", good, 8)
    make(tmp_path / "9", Previous(7, "f" * 64), 9)
    assert verify(tmp_path / "8").problems == ()
    assert verify(tmp_path / "9").problems == (
        "release 7 beside it is not the one that this one follows",
    )


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"schema":"x"}', b"\xff", b"null"])
def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(InputError, match="not a manifest"):
        verify(tmp_path)


def test_a_reformatted_manifest_is_seen(tmp_path: Path) -> None:
    make(tmp_path / "7")
    path = tmp_path / "7" / NAME
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=1))
    assert "manifest.json is not in canonical form" in verify(path.parent).problems


def test_a_folder_without_one_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no export in"):
        verify(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"counts": 1},
        {"files": [{"name": 1}]},
        {"files": 7},
        {"previous": "x"},
        {"number": "1"},
        {"left_out": {"rpz": 3}},
    ],
)
def test_a_manifest_with_values_of_other_types_is_none(change: dict[str, object]) -> None:
    right = {
        **{"schema": SCHEMA, "recipient": "r", "number": 1, "serial": 1, "issued_at": "x"},
        **{"previous": None, "content_sha256": "x", "entries": 0, "counts": {}, "left_out": {}},
        "files": [],
    }
    assert parse(json.dumps(right).encode(), "here").recipient == "r"
    with pytest.raises(InputError, match="here: not a manifest"):
        parse(json.dumps({**right, **change}).encode(), "here")


def test_whoever_keeps_in_step_needs_the_delta_and_the_release_before(tmp_path: Path) -> None:
    first = make(tmp_path / "7")
    info = replace(INFO, number=8)
    delta = Delta(7, tuple(sample()), (), ())
    (tmp_path / "8").mkdir()
    written = write_files(tmp_path / "8", formats_of(FORMATS), sample(), info, delta)
    manifest = replace(
        first, number=8, serial=8, files=written.files,
        previous=Previous(7, sha256_hex(first.as_bytes())),
    )  # fmt: skip
    write_private(tmp_path / "8" / NAME, [manifest.as_bytes()])
    names = {path.name for path in (tmp_path / "8").glob("delta-*")}
    for path in (tmp_path / "8").iterdir():
        if path.name not in {NAME, "register.csv", *names}:
            path.unlink()
    assert len(verify(tmp_path / "8").problems) == len(FORMATS) - 1
    seen = verify(tmp_path / "8", delta=True)
    assert (seen.problems, seen.files) == ((), len(names) + 1)
    (tmp_path / "8" / "register.csv").write_bytes(b"x")
    (tmp_path / "8" / "delta-register.csv").unlink()
    (tmp_path / "7").rename(tmp_path / "elsewhere")
    problems = verify(tmp_path / "8", delta=True).problems
    assert [problem.split()[0] for problem in problems] == [
        "register.csv", "delta-register.csv", "release",
    ]  # fmt: skip
