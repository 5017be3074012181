"""``crawl`` and ``channels`` read one kind of source each; of the others they say so."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from rich.console import Console

from cases import runs
from cases.models import Run
from domain.coverage import CoverageState
from domain.errors import InputError
from domain.seeds import SeedList, parse_seeds
from domain.states import CaseState
from nightly import reporting
from nightly.cli import main
from nightly.kinds import READ_BY
from nightly.rendering import to_terminal
from nightly.report import EXIT_COMPLETE, EXIT_COVERAGE, EXIT_SEEDS
from nightly.running import nothing_to_watch
from tests.records import NOON, case_in

pytestmark = pytest.mark.django_db

MIXED = b"""
[[site]]
url = "http://shop.test/"
[[channel]]
name = "@lavka_kz"
"""


def run_of(kind: str, seeds: bytes = MIXED) -> Run:
    run = Run.objects.create(kind=kind, started_at=NOON)
    runs.add_seeds(run, list(parse_seeds(seeds).seeds))
    return run


@pytest.mark.parametrize(
    ("kind", "broken", "left_out"),
    [
        ("night", ["shop.test", "@lavka_kz"], []),
        ("crawl", ["shop.test"], ["@lavka_kz"]),
        ("channels", ["@lavka_kz"], ["shop.test"]),
    ],
)
def test_coverage_is_judged_of_what_was_read(
    kind: str, broken: list[str], left_out: list[str]
) -> None:
    report = reporting.build(run_of(kind))
    assert [line.partition(": ")[0] for line in report.coverage_broken] == broken
    found = [line.name for line in report.sources if line.coverage == CoverageState.LEFT_OUT]
    assert found == left_out
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    assert (f"left out, since {kind}" in out.getvalue()) == bool(left_out)


def test_a_crawl_of_channels_alone_keeps_its_coverage() -> None:
    report = reporting.build(run_of("crawl", b'[[channel]]\nname = "@lavka_kz"\n'))
    assert report.exit_code == EXIT_COMPLETE
    assert reporting.build(run_of("crawl")).exit_code == EXIT_COVERAGE


def test_nothing_to_watch_is_neither_seeds_of_the_kind_nor_known_cases() -> None:
    none, mixed = SeedList((), (), ""), parse_seeds(MIXED)
    channel = parse_seeds(b'[[channel]]\nname = "@lavka_kz"\n')
    assert all(nothing_to_watch(kind, none) for kind in READ_BY)
    assert not any(nothing_to_watch(kind, mixed) for kind in READ_BY)
    assert nothing_to_watch("crawl", channel)
    case_in(CaseState.SCREENED_OUT)
    assert nothing_to_watch("night", none)
    case_in(CaseState.CONFIRMED, "host:other.test")
    assert not nothing_to_watch("night", none)
    assert nothing_to_watch("channels", none)


def test_searches_are_something_to_watch_for_who_reads_channels() -> None:
    none = SeedList((), (), "")
    assert not nothing_to_watch("night", none, ["лавка"])
    assert not nothing_to_watch("channels", none, ["лавка"])
    assert nothing_to_watch("crawl", none, ["лавка"])


def test_channels_without_seeds_begins_where_it_is_to_search(
    tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    settings.NARCOWATCH = chosen
    begun = []
    monkeypatch.setattr("nightly.running.run", lambda kind, *_: begun.append(kind) or 0)
    with pytest.raises(InputError, match=r"channels\.searches"):
        call_command("channels")
    searches = chosen.channels.model_copy(update={"searches": ("лавка",)})
    settings.NARCOWATCH = chosen.model_copy(update={"channels": searches})
    with pytest.raises(SystemExit):
        call_command("channels")
    assert begun == ["channels"]


def test_a_night_with_nothing_to_watch_says_so_and_is_not_complete(
    tmp_path: Path, settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    with pytest.raises(SystemExit) as ended:
        main(["night"])
    assert ended.value.code == EXIT_SEEDS
    assert "nothing to watch" in capsys.readouterr().err
    assert not Run.objects.exists()


def test_a_report_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of("night")
    for option in ("--html", "--json-file"):
        assert main(["report", option, str(tmp_path / "no" / "file")]) == 2
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert "No such file or directory" in told.err


def test_the_report_says_which_cases_and_writes_its_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_of("night")
    files = {"--html": tmp_path / "a.html", "--json-file": tmp_path / "a.json"}
    words = [word for pair in files.items() for word in map(str, pair)]
    assert main(["report", "--cases", *words]) == 0
    assert capsys.readouterr().out == f"run {run.pk} found no case\n"
    assert "<h1>Morning report" in files["--html"].read_text()
    assert json.loads(files["--json-file"].read_text())["run"] == run.pk
