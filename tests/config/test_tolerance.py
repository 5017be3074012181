"""The doctor's settings: what is right of them, whatever is wrong with the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import tolerance
from config.errors import SettingsError
from config.schema import Settings
from config.tolerance import Ready, ready


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerance, "_asked", False)
    tolerance.ask()


def written(folder: Path, text: str) -> Ready:
    (folder / "narcowatch.toml").write_text(text, encoding="utf-8")
    return ready({}, folder)


def test_everybody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "narcowatch.toml").write_text("production = true\n")
    with pytest.raises(SettingsError, match="secret_key_file"):
        ready({}, tmp_path)


@pytest.mark.usefixtures("asked")
def test_what_is_right_stays(tmp_path: Path) -> None:
    found = written(tmp_path, 'data_dir = "here"\n[crawl]\nmax_pages = "x"\nmax_depth = 2\n')
    assert (found.settings.data_dir, found.settings.crawl.max_depth) == (tmp_path / "here", 2)
    assert found.settings.crawl.max_pages == Settings().crawl.max_pages
    assert len(found.refused) == 1
    assert "crawl.max_pages" in found.refused[0]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "text",
    [
        "production = true\n",
        "production = true\ndebug = true\n",
        "nonsense = 1\n[tor]\nsocks = 7\nmore = 1\n",
        "net = 7\n",
        '[[blocking.recipients]]\nformats = ["json"]\n',
        '[[blocking.recipients]]\nname = "a"\nformats = ["json"]\n' * 2,
        '[database]\nurl = "mysql://x"\n',
        'secret_key_file = "nowhere"\n',
        "= broken =",
    ],
)
def test_whatever_is_wrong_is_told_and_the_rest_can_be_used(tmp_path: Path, text: str) -> None:
    found = written(tmp_path, text)
    assert found.refused
    assert found.settings.data_dir == tmp_path / "var"
    assert found.database["ENGINE"] == "django.db.backends.sqlite3"
    assert len(found.secret) >= 50


@pytest.mark.usefixtures("asked")
def test_nothing_wrong_is_nothing_refused(tmp_path: Path) -> None:
    assert written(tmp_path, "[crawl]\nmax_pages = 7\n").refused == ()
