"""The process that strangers reach cannot read cases: it has no module, no file and no setting of
the record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.schema import CHECKOUT
from domain.errors import InputError
from review.management.commands.intake import check_fit
from tests.review.console.served import new_record
from tests.review.public.served import fill, publishing

#: Put on the path of the process: writes down every import once it is the public one.
_WATCHING = """
import os, sys
def _note(event, arguments):
    if event == "import" and "review.public" in sys.orig_argv:
        with open(os.environ["SEEN_IMPORTS"], "a") as file:
            file.write(arguments[0] + "\\n")
sys.addaudithook(_note)
"""


def test_it_has_nothing_of_the_record(tmp_path: Path) -> None:
    data = new_record(tmp_path / "data")
    (tmp_path / "watching").mkdir()
    (tmp_path / "watching" / "sitecustomize.py").write_text(_WATCHING)
    seen = tmp_path / "seen"
    path = f"{tmp_path / 'watching'}{os.pathsep}{CHECKOUT}"
    with publishing(data, PYTHONPATH=path, SEEN_IMPORTS=str(seen)) as public:
        with public.visitor() as browser:
            assert fill(browser, "/report", links="https://shop.test/").status_code == 200
            assert fill(browser, "/follow", number="1").status_code == 422
        master = psutil.Process(public.pid)
        processes = [master, *master.children(recursive=True)]
        assert len(processes) == 3
        files = {file.path for one in processes for file in one.open_files()}
        connected = [one.net_connections() for one in processes]
        assert public.command("intake-take").splitlines() == ["in: 1 tips taken"]
        assert public.command("intake-take") == "nothing new was sent\n"
    imported = {line.split(".")[0] for line in seen.read_text().splitlines()}
    assert {"review", "django", "domain"} <= imported  # the watching works
    rooms = {"cases", "blocking", "index", "crawlers", "channels", "classifiers", "nightly"}
    assert imported & rooms == set()
    names = set(seen.read_text().splitlines())
    strange = {name for name in names if name.startswith("review.") and "public" not in name}
    assert strange == {"review.serving"}
    assert any(file.endswith("intake.sqlite3") for file in files)
    assert not any("narcowatch.sqlite3" in file for file in files)
    assert not any(one.raddr and one.status == "ESTABLISHED" and one.raddr.port == 5432
                   for each in connected for one in each)  # fmt: skip


def test_its_settings_do_not_name_the_record(tmp_path: Path) -> None:
    code = """
import json, config.public as settings
shown = {name: repr(getattr(settings, name)) for name in dir(settings) if not name.startswith("__")}
print(json.dumps(shown))
"""
    url = "postgresql://narcowatch:hush@db.test/record"
    environ = {
        "PATH": os.environ["PATH"],
        "NARCOWATCH_CONFIG": "",
        "NARCOWATCH_DATA_DIR": str(tmp_path),
        "NARCOWATCH_DATABASE__URL": url,
        "NARCOWATCH_SECRET_KEY": "the-record's-own-secret" * 4,
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ, cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shown = json.loads(done.stdout)
    assert "intake.sqlite3" in shown["DATABASES"]
    for name, text in shown.items():
        for word in ("hush", "db.test", "narcowatch.sqlite3", "the-record's-own-secret"):
            assert word not in text, name
    apps = json.loads(shown["INSTALLED_APPS"].replace("'", '"'))
    assert apps == ["django.contrib.staticfiles", "csp", "review.public"]


def test_it_starts_where_no_record_is_and_makes_none(tmp_path: Path) -> None:
    with publishing(tmp_path / "data") as public:
        with public.visitor() as browser:
            assert fill(browser, "/report", links="@shop_kz").status_code == 200
        assert {path.name for path in public.data.iterdir()} == {"intake", "log"}
        (mode,) = {path.stat().st_mode & 0o077 for path in (public.data / "intake").iterdir()}
        assert mode == 0


@pytest.mark.parametrize(
    ("intake", "said"),
    [
        ({"https": False}, "intake.https must be true"),
        ({"https": True, "database_url": "postgresql://a@b/c"}, "names the record's own database"),
        ({"https": True}, ""),
    ],
)
def test_production_asks_for_https_and_an_own_database(
    settings, intake: dict[str, object], said: str
) -> None:
    chosen = settings.NARCOWATCH.model_copy(
        update={
            "production": True,
            "database": settings.NARCOWATCH.database.model_copy(
                update={"url": "postgresql://a@b/c"}
            ),
            "intake": settings.NARCOWATCH.intake.model_copy(update=intake),
        }
    )
    if not said:
        check_fit(chosen)
        return
    with pytest.raises(InputError, match=said):
        check_fit(chosen)
