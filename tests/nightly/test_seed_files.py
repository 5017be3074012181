"""Files that a seeds file names, and the command that takes tips in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cases.models import CandidateRow, Run
from domain.errors import InputError
from domain.platforms import Platforms
from domain.seeds import SeedList
from nightly.plan import FileRules
from nightly.running import read_seeds
from nightly.seed_files import with_files
from tests.crawlers.servers import Web, html
from tests.nightly.test_rechecks import Nights, nights, sells

__all__ = ["nights"]

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RULES = FileRules(Platforms(frozenset({"vk.com"})), 100, 1_000_000, 2)
SEEDS = """
[[site]]
url = "http://seed.test/"
[[tips]]
file = "tips.csv"
[[ct]]
file = "crt.json"
match = "*shop*"
"""
CRT = [
    {"name_value": "shop.test\n*.deep.shop.test", "not_after": "2026-05-01T00:00:00"},
    {"name_value": "\n".join(f"s{n}.shop.co.uk" for n in range(5)) + "\nshop.vk.com"},
]


def listed(folder: Path, text: str = SEEDS, rules: FileRules = RULES) -> SeedList:
    path = folder / "seeds.toml"
    path.write_text(text, encoding="utf-8")
    return with_files(read_seeds(path), path, rules, clock=lambda: NOW)


def test_files_become_candidates_and_what_is_wrong_is_told(tmp_path: Path) -> None:
    (tmp_path / "tips.csv").write_text("url;note\ntip.test;x\n;nothing\n", encoding="utf-8")
    (tmp_path / "crt.json").write_text(json.dumps(CRT))
    seeds = listed(tmp_path)
    assert [(str(one.target), one.why) for one in seeds.candidates] == [
        ("host:tip.test", "tip"),
        ("host:shop.test", "search"),
        ("host:deep.shop.test", "search"),
        ("host:s0.shop.co.uk", "search"),
        ("host:s1.shop.co.uk", "search"),
    ]
    assert seeds.left_out == {"too many names of one domain": 3, "platform": 1}
    (problem,) = seeds.problems
    assert (problem.line, problem.reason) == (
        4,
        "tips.csv, line 3: no url, onion, channel is given",
    )
    (tmp_path / "tips.csv").write_text("url;note\ntip.test;other\n;nothing\n", encoding="utf-8")
    assert listed(tmp_path).digest != seeds.digest, "other tips are another night"


def test_a_file_that_is_missing_or_too_large_is_a_problem_and_the_rest_runs(
    tmp_path: Path,
) -> None:
    (tmp_path / "crt.json").write_bytes(b" " * 1_000_001)
    seeds = listed(tmp_path)
    assert len(seeds.seeds) == 1
    assert [(one.line, one.reason.rpartition("/")[2]) for one in seeds.problems] == [
        (4, "tips.csv cannot be read: No such file or directory"),
        (6, "crt.json is larger than 1 MB"),
    ]


def test_seeds_without_files_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "seeds.toml"
    path.write_text('[[site]]\nurl = "http://seed.test/"\n')
    assert with_files(read_seeds(path), path, RULES) == read_seeds(path)
    assert with_files(read_seeds(None), None, RULES) == read_seeds(None)


@pytest.mark.django_db
def test_the_command_notes_the_good_lines_and_names_the_others(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("url,channel\nhttp://a.test/,\n,@some_channel\n,\nftp://x,\n")
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("tips", str(path), stdout=out, stderr=errors)
    assert ended.value.code == 4
    assert out.getvalue() == (
        "2 tips noted, 2 of targets that are new; 0 given before, 1 lines refused, "
        "0 beyond the bound\n"
    )
    again = StringIO()
    with pytest.raises(SystemExit):
        call_command("tips", str(path), stdout=again, stderr=StringIO())
    assert again.getvalue().startswith("0 tips noted, 0 of targets that are new; 2 given before,")
    assert errors.getvalue().startswith(f"{path}:5: only http and https URLs are watched")
    rows = CandidateRow.objects.order_by("pk").values_list("target__value", "why")
    assert list(rows) == [("a.test", "tip"), ("@some_channel", "tip")]
    assert {run.kind for run in Run.objects.all()} == {"tips"}
    with pytest.raises(InputError, match="there is no run yet"):
        call_command("report", stdout=out)
    with pytest.raises(InputError, match="cannot be read"):
        call_command("tips", str(tmp_path / "none.csv"))


@pytest.mark.timeout(120)
def test_a_night_looks_at_what_tips_and_certificates_name(nights: Nights, web: Web) -> None:
    web.site("tip.test", {"/": sells()})
    web.site("shop.test", {"/": html("a shop of the certificates")})
    data = nights.place.data
    (data / "tips.json").write_text('[{"url": "http://tip.test/", "note": "sells"}]')
    (data / "crt.csv").write_text("id,name_value\n1,shop.test\n2,garden.test\n")
    nights.seeds.write_text(
        '[[tips]]\nfile = "tips.json"\n[[ct]]\nfile = "crt.csv"\nmatch = "shop*"\n'
    )
    report = nights.night(0)
    assert {(line["name"], line["why"]) for line in report["sources"]} == {
        ("tip.test", "tip"),
        ("shop.test", "link"),
    }
    assert nights.case("tip.test")["state"] == "in_review"
    counts = next(line for line in report["stages"] if line["stage"] == "discover")["counts"]
    assert (counts["in: tips"], counts["in: named in files"]) == (1, 2)
    assert counts["skipped: matches no pattern"] == 1
