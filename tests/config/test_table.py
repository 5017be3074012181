from __future__ import annotations

import tomllib
from pathlib import Path

from config.keys import keys, nearest
from config.loading import load
from config.schema import CHECKOUT
from config.table import settings_markdown
from nightly.command_table import command_table


def test_every_setting_is_described() -> None:
    for key in keys():
        assert len(key.description) > 10, key.path
        assert key.description.endswith((".", ".”")), key.path


def test_every_number_has_a_unit() -> None:
    without = {key.path for key in keys() if key.shape == "number" and not key.unit}
    assert without == {"classify.review_threshold"}


def test_the_table_in_the_docs_is_not_stale() -> None:
    told = (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert told == settings_markdown(), "run: narcowatch settings-table > docs/settings.md"


def test_the_table_has_a_row_for_each_key_and_names_no_place_of_this_machine() -> None:
    table = settings_markdown()
    for key in keys():
        assert f"| `{key.path.rpartition('.')[2]}` |" in table
    assert str(CHECKOUT) not in table


def test_the_example_file_is_right(tmp_path: Path) -> None:
    example = CHECKOUT / "narcowatch.example.toml"
    settings = load({"NARCOWATCH_CONFIG": str(example)}, tmp_path)
    assert settings.production
    assert settings.secret_key_file == CHECKOUT / "narcowatch.key"
    assert [one.name for one in settings.blocking.recipients] == ["regulator", "operators"]
    assert "secret_key" not in tomllib.loads(example.read_text(encoding="utf-8"))


def test_the_nearest_key_is_found_across_sections() -> None:
    known = [key.path for key in keys()]
    assert nearest("crawl.max_page", known) == "crawl.max_pages"
    assert nearest("timezone", known) == "night.timezone"
    assert nearest("qqqqqq", known) == ""


def test_every_command_has_a_line_of_help() -> None:
    table = command_table()
    assert "settings-table" in table
    assert [name for name, text in table.items() if not text] == []
