from __future__ import annotations

from pathlib import Path

import pytest

from config.origin import Origin, origin_of


def test_without_a_file_the_folder_is_named(tmp_path: Path) -> None:
    why = f"no narcowatch.toml in {tmp_path}"
    assert origin_of({}, tmp_path) == Origin(f"no file: {why}", f"the default: {why}")
    assert "names no file" in origin_of({"NARCOWATCH_CONFIG": ""}, tmp_path).settings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('data_dir = "x"\n', "data_dir in {}"),
        ("[crawl]\n", "the default: no data_dir in {}"),
        ("= broken", "the default: no data_dir in {}"),
    ],
)
def test_the_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "narcowatch.toml"
    file.write_text(text)
    assert origin_of({}, tmp_path) == Origin(str(file), told.format(file))
    elsewhere = {"NARCOWATCH_CONFIG": str(file), "NARCOWATCH_DATA_DIR": "y"}
    found = origin_of(elsewhere, Path("/"))
    assert found == Origin(str(file), "the variable NARCOWATCH_DATA_DIR")


def test_a_named_file_that_is_not_there_is_for_others_to_refuse(tmp_path: Path) -> None:
    assert "names no file" in origin_of({"NARCOWATCH_CONFIG": "no.toml"}, tmp_path).settings
