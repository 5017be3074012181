"""Whatever is done to a bundle, the verifier notices it."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.bundles.building import Stamping
from cases.bundles.verifier import check, main
from tests.cases.bundles.conftest import Made
from tests.stamps import granted

OPTIONS = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def folder(made: Made) -> Path:
    """With something in the place of a time-stamp, whose bytes must be guarded too."""
    bundle = made(stamping=Stamping("a", b"certificates\n", granted))
    assert check(bundle.folder).problems == []
    return bundle.folder


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@OPTIONS
@given(st.data())
def test_one_flipped_byte_anywhere(folder: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(folder)))
    was = path.read_bytes()
    offset = data.draw(st.integers(0, len(was) - 1))
    mask = data.draw(st.integers(1, 255))
    path.write_bytes(was[:offset] + bytes([was[offset] ^ mask]) + was[offset + 1 :])
    try:
        assert check(folder).problems
    finally:
        path.write_bytes(was)


@OPTIONS
@given(st.data())
def test_one_byte_more_or_less(folder: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(folder)))
    was = path.read_bytes()
    offset = data.draw(st.integers(0, len(was) - 1))
    more = data.draw(st.binary(max_size=3))
    path.write_bytes(was[:offset] + more + was[offset + (not more) :])
    try:
        assert check(folder).problems
    finally:
        path.write_bytes(was)


def test_every_file_that_is_removed_or_renamed(folder: Path) -> None:
    for path in files(folder):
        if path.name == "manifest.json":
            continue
        aside = path.with_name("aside")
        path.rename(aside)
        assert check(folder).problems, path
        aside.rename(path)
    assert check(folder).problems == []
    (folder / "manifest.json").rename(folder / "aside")
    assert main([str(folder)]) == 2


def test_every_two_files_that_are_swapped(folder: Path) -> None:
    every = files(folder)
    for one, two in pairwise(every):
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)
        assert main([str(folder)]) == 1, (one, two)
        one.write_bytes(first)
        two.write_bytes(second)
    assert check(folder).problems == []


@pytest.mark.parametrize("name", ["more.txt", "warc/more.warc.gz", "more/more", "verify.pyc", ".x"])
def test_a_file_that_is_added(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    assert any(path.name in problem for problem in check(folder).problems)


def test_things_that_are_no_files(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert check(folder).problems == ["'empty' is neither a file nor a folder of files"]
    (folder / "empty").rmdir()
    path = folder / "custody.txt"
    shutil.move(path, folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")
    assert any("custody.txt" in problem for problem in check(folder).problems)
    path.unlink()
    os.mkfifo(path)
    assert any("custody.txt" in problem for problem in check(folder).problems)
