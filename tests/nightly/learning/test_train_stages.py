"""``narcowatch train --stage``: options that fit together, and what is missing said by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as live

from nightly.cli import main
from nightly.management.commands.train import _plan

pytest.importorskip("sklearn", reason="needs the extra train")

from tests.classifiers.test_training import some, write


@pytest.fixture
def pack(tmp_path: Path, settings) -> Path:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    for name in ("first", "second"):
        write(tmp_path / "pack" / "train", name, [*some("sale", 4), *some("tea", 4)])
    write(tmp_path / "pack" / "dev", "third", [*some("sale", 4), *some("tea", 4)])
    return tmp_path / "pack"


def refused(*arguments: str) -> bool:
    """Whether the command ends, as Django ends one, before it has done anything."""
    with pytest.raises(SystemExit) as ending:
        main(arguments)
    return ending.value.code != 0


@pytest.mark.parametrize("more", [["--base", "somewhere"], ["--epochs", "2"]])
def test_options_of_the_second_stage_are_refused_without_it(
    pack: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert refused("train", "--data", str(pack), *more)
    assert "belong to --stage transformer" in capsys.readouterr().err
    assert not (pack.parent / "models").exists()


def test_decisions_do_not_go_with_the_substance_head(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused("train", "--data", str(pack), "--stage", "substances", "--with-decisions")
    assert "--with-decisions does not go with" in capsys.readouterr().err


def test_a_stage_that_nobody_knows_is_refused(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused("train", "--data", str(pack), "--stage", "forest")
    assert "invalid choice: 'forest'" in capsys.readouterr().err


def test_without_torch_the_extra_is_named(pack: Path) -> None:
    """In a process of its own: what is imported without torch does not stay behind here."""
    code = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)
sys.meta_path.insert(0, NoTorch())
from nightly.cli import main
main(["train", "--data", sys.argv[1], "--stage", "transformer"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(pack)],
        env={**os.environ, "NARCOWATCH_DATA_DIR": str(pack.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert "pip install 'narcowatch[train,transformer]'" in done.stderr
    assert not (pack.parent / "models").exists()


def test_half_done_work_is_kept_beside_what_is_made(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra transformer")
    out = tmp_path / "new"
    given = {"seed": 7, "epochs": None, "base": "", "work": None}
    plan = _plan(given, out)
    assert plan.keep == tmp_path / "new.work"
    assert (plan.base, plan.course.seed) == ("", 7)
    chosen = _plan({**given, "epochs": 5, "base": "b", "work": tmp_path / "w"}, out)
    assert (chosen.keep, chosen.base, chosen.course.epochs) == (tmp_path / "w", "b", 5)
