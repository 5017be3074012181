"""Every sealed file against the store, as `audit verify --evidence` does it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cases import intake, sealing
from cases.evidence import EvidenceWriter
from cases.models import Capture
from tests.records import new_run, page

pytestmark = pytest.mark.django_db


def captured(root: Path, url: str) -> str:
    run = new_run()
    writer = EvidenceWriter(root, run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page(url)], writer)
    writer.close()
    return Capture.objects.get(url=url).warc_file


def sealed(root: Path) -> Path:
    captured(root, "http://shop.test/")
    sealing.seal(Capture.objects.get().run_id, root)
    (file,) = root.rglob("*.warc.gz")
    return file


def verify(data: Path, settings) -> tuple[int, str]:
    out, code = StringIO(), 0
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"data_dir": data})
    try:
        call_command("audit", "verify", "--evidence", stdout=out, stderr=out)
    except SystemExit as error:
        code = int(str(error.code))
    return code, out.getvalue()


def test_what_nobody_touched_holds(tmp_path: Path, settings) -> None:
    sealed(tmp_path / "evidence")
    code, told = verify(tmp_path, settings)
    assert (code, "evidence holds: 1 sealed file" in told) == (0, True)


@pytest.mark.parametrize("damage", ["changed", "shorter", "gone"])
def test_damage_is_named(tmp_path: Path, settings, damage: str) -> None:
    file = sealed(tmp_path / "evidence")
    data = bytearray(file.read_bytes())
    if damage == "changed":
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif damage == "shorter":
        file.write_bytes(data[:-4])
    else:
        file.unlink()
    code, told = verify(tmp_path, settings)
    assert code == 1
    assert file.name in told


def test_what_is_not_sealed_is_named_and_breaks_nothing(tmp_path: Path, settings) -> None:
    sealed(tmp_path / "evidence")
    file = captured(tmp_path / "evidence", "http://shop.test/more")
    code, told = verify(tmp_path, settings)
    assert code == 0
    assert told.splitlines()[-2:] == [
        "evidence holds: 1 sealed file",
        f"not guarded by a seal: {file}: not sealed yet",
    ]
