"""The demo's folder is for the demo alone, and its commands lead nobody into it for good."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cases.people import check_name
from domain.errors import InputError
from nightly.cli import main
from nightly.demo import mark, refuse_real_work
from tests.world import demo
from tests.world.accounts import ENVIRONMENT


def test_real_seeds_are_refused_in_a_demos_folder(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    data.mkdir()
    refuse_real_work(data, tmp_path / "my.toml")
    mark(data)
    refuse_real_work(data, data / "seeds.toml")
    for seeds in (tmp_path / "my.toml", data / ".." / "my.toml", None):
        with pytest.raises(InputError, match="unset NARCOWATCH_CONFIG"):
            refuse_real_work(data, seeds)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments", [["night", "--seeds", "my.toml"], ["crawl", "--seeds", "my.toml"], ["scheduler"]]
)
def test_commands_refuse_it(
    tmp_path: Path, settings, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    mark(tmp_path)
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    assert main(arguments) == 2
    assert "belongs to the demo" in capsys.readouterr().err


@pytest.mark.django_db
def test_each_command_that_the_demo_prints_stands_by_itself() -> None:
    lines = demo.next_commands(demo.ROOT / "var" / "demo" / "narcowatch.toml")
    assert len(lines) == 4
    for line in lines:
        first, program, *words = shlex.split(line)
        assert first.startswith("NARCOWATCH_CONFIG=")
        assert first.endswith("var/demo/narcowatch.toml")
        assert program == ".venv/bin/narcowatch"
        assert words
    (name,) = {*re.findall(r"(?:add|--user) (\S+)", "\n".join(lines))}
    check_name(name)


def test_the_callers_own_settings_have_no_part_in_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NARCOWATCH_DATA_DIR", "/srv/real")
    monkeypatch.setenv("NARCOWATCH_PRODUCTION", "true")
    environment = demo._environment(tmp_path / "narcowatch.toml")
    own = {name for name in environment if name.startswith("NARCOWATCH_")}
    assert own == {"NARCOWATCH_CONFIG", *ENVIRONMENT}
    assert "PATH" in environment
