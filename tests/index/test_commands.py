from __future__ import annotations

import json
import shutil
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from domain.errors import InputError
from index.opening import open_anew, open_engine
from nightly.cli import main
from tests.index.shops import captured, shop
from tests.records import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_index() -> None:
    open_anew("", settings.NARCOWATCH.data_dir / "index").close()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_hits_are_shown_with_what_matched() -> None:
    case = shop(text="Купить мeфeдpoн в Алматыда")
    assert run("index", "sync") == "1 put, 0 deleted, 0 unchanged\n"
    out = run("search", "мефедрон алматы")
    assert "1 of 1 found" in out
    assert f"│ {case.pk} " in out
    assert "[мeфeдpoн]" in out
    assert "[Алматыда]" in out
    assert "hxxp://lavka[.]test/" in out
    assert "in_review 1" in out


def test_nothing_found_is_no_error() -> None:
    assert run("search", "мефедрон") == "nothing found\n"
    assert json.loads(run("search", "мефедрон", "--json"))["hits"] == []


def test_a_search_makes_no_index() -> None:
    folder = settings.NARCOWATCH.data_dir / "index"
    shutil.rmtree(folder)
    err = StringIO()
    call_command("search", "мефедрон", stdout=StringIO(), stderr=err)
    assert "no index yet" in err.getvalue()
    assert not folder.exists()


def test_json_says_where_it_matches() -> None:
    shop(text="Ёлки! Купить мефедрона \u202e")
    run("index", "sync")
    out = run("search", "мефедрон", "--json")
    assert "\u202e" not in out
    assert "мефедрона" in out
    (hit,) = json.loads(out)["hits"]
    assert hit["text"] == "Ёлки! Купить мефедрона \u202e"
    assert [hit["text"][start:end] for start, end in hit["marks"]] == ["мефедрона"]
    assert (hit["state"], hit["lang"], hit["score"]) == ("in_review", "ru", 0.97)


def test_filters_on_the_command_line() -> None:
    shop()
    run("index", "sync")
    for arguments, number in (
        (("--state", "in_review"), 1),
        (("--state", "confirmed", "--state", "in_review"), 1),
        (("--state", "confirmed"), 0),
        (("--kind", "onion"), 0),
        (("--lang", "ru"), 1),
        (("--lang", "Russian"), 1),
        (("--lang", "kk"), 0),
        (("--region", "almaty"), 1),
        (("--region", "Шымкент"), 0),
        (("--region", "KZ-75"), 1),
        (("--region", "KZ-10"), 0),
        (("--substance", "mephedrone"), 1),
        (("--since", "2026-03-01", "--until", "2026-03-01"), 1),
        (("--since", "2026-03-02"), 0),
        (("--until", "2026-02-28"), 0),
    ):
        out = json.loads(run("search", "мефедрон", "--json", *arguments))
        assert out["total"] == number, arguments


def test_hostile_text_is_made_visible_and_acts_on_nothing() -> None:
    shop(text="мефедрон \x1b[31m \u202e [bold]x[/bold] \x07 <script>")
    run("index", "sync")
    out = run("search", "мефедрон")
    assert not {"\x1b", "\u202e", "\x07"}.intersection(out)
    assert "\\u001b" in out
    assert "[bold]x[/bold]" in out.replace("\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ['"abc'],
        ["a OR"],
        ["a", "--limit", "0"],
        ["a", "--lang", "tlh"],
        ["a", "--region", "Atlantis"],
        ["a", "--since", "yesterday"],
        ["a", "--since", "2026-02-30"],
        ["a", "--until", "9999-12-31"],
        ["a", "--since", "0001-01-01"],
    ],
)
def test_a_bad_query_exits_with_2_and_says_why(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError) as caught:
        run("search", *arguments)
    assert main(["search", *arguments]) == 2
    assert str(caught.value) in capsys.readouterr().err


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'sold'"):
        run("search", "a", "--state", "sold")


def test_rebuild_starts_from_nothing_and_ends_complete() -> None:
    shop()
    captured(page("http://lavka.test/menu", "гашиш"), assessed=False)
    run("index", "sync")
    assert run("index", "rebuild") == (
        "1 put, 0 deleted, 0 unchanged\n1 left out: not assessed yet\n"
    )
    assert run("index", "sync") == "0 put, 0 deleted, 1 unchanged\n"
    assert open_engine("", settings.NARCOWATCH.data_dir / "index").count() == 1


def test_status() -> None:
    assert run("index", "status").startswith("0 entries in ")
