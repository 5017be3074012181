"""Floors cannot be passed by leaving texts out, nor lowered in silence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.cascade import Cascade
from classifiers.corpora import CorpusFile, read_corpora
from classifiers.learning.floors import Floors, breaches, pin, read_floors, write_floors
from classifiers.learning.measuring import Measured, Reached, measure
from classifiers.rates import Rate
from domain.errors import InputError, RuleError
from nightly.cli import main

TESTS = Path(__file__).resolve().parents[2]
GOOD = Reached(0.9, Rate(8, 10), Rate(1, 20))
ROWS = [
    ("гашиш 3 г 9000 тг закладка магнит, пиши @example_bot", "drug_sale", "ru", "shops"),
    ("чайник 3 штуки в лавке", "other", "ru", "lookalikes"),
    ("дәріханада антибиотик рецептпен", "drug_other", "kk", "lookalikes"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    write(folder / "a.jsonl", ROWS)
    return folder


def write(path: Path, rows: list[tuple[str, str, str, str]]) -> None:
    names = ("text", "label", "lang", "source")
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def pinned(cascade: Cascade, corpus: Path) -> tuple[Floors, list[CorpusFile], Measured]:
    files = read_corpora(corpus)
    measured = measure(cascade, files)
    return pin(None, files, measured, model="m", date="2026-01-02"), files, measured


def test_figures_stand_for_every_file_language_and_source(cascade: Cascade, corpus: Path) -> None:
    floors, files, measured = pinned(cascade, corpus)
    assert set(floors.figures) == {
        "all",
        "all, lang ru",
        "all, lang kk",
        "a.jsonl",
        "a.jsonl, lang ru",
        "a.jsonl, lang kk",
        "a.jsonl, source shops",
        "a.jsonl, source lookalikes",
        "a.jsonl, source lookalikes, lang ru",
        "a.jsonl, source lookalikes, lang kk",
    }
    assert floors.figures["all"].recall.count == 1
    assert floors.figures["all, lang kk"].average_precision is None
    assert floors.hard_negatives["rows"] == 2
    assert breaches(floors, files, measured) == []


def test_missing_changed_and_new_texts_are_breaches(cascade: Cascade, corpus: Path) -> None:
    floors, _, _ = pinned(cascade, corpus)
    write(corpus / "a.jsonl", ROWS[:2])
    write(corpus / "b.jsonl", ROWS)
    files = read_corpora(corpus)
    found = breaches(floors, files, measure(cascade, files))
    assert len(found) == 2
    assert found[0].startswith("a.jsonl is not the file that was pinned: SHA-256 ")
    assert found[1] == "b.jsonl is there and not pinned"
    (corpus / "a.jsonl").unlink()
    found = breaches(floors, read_corpora(corpus), measure(cascade, files))
    assert found[0] == "a.jsonl is pinned and not there"


def test_no_texts_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no evaluation texts"):
        read_corpora(tmp_path)
    (tmp_path / "a.jsonl").write_text("\n")
    with pytest.raises(InputError, match="has no rows"):
        read_corpora(tmp_path)


@pytest.mark.parametrize(
    ("reached", "said"),
    [
        (replace(GOOD, average_precision=0.896), []),
        (replace(GOOD, average_precision=0.894), ["average precision 0.8940, the floor 0.9000"]),
        (replace(GOOD, average_precision=None), ["average precision 0.0000, the floor 0.9000"]),
        (replace(GOOD, recall=Rate(7, 10)), []),
        (replace(GOOD, recall=Rate(6, 10)), ["finds 6 of 10, the floor 8"]),
        (replace(GOOD, recall=Rate(9, 11)), ["it is of another number of texts"]),
        (replace(GOOD, false_positives=Rate(2, 20)), ["false positives 2 of 20, at most 1"]),
    ],
)
def test_what_is_below_a_floor_is_named(
    cascade: Cascade, corpus: Path, reached: Reached, said: list[str]
) -> None:
    floors, files, measured = pinned(cascade, corpus)
    floors = replace(floors, figures={"x": GOOD})
    found = breaches(floors, files, replace(measured, figures={"x": reached}))
    assert found == [f"x: {one}" for one in said]
    assert breaches(floors, files, measured) == ["x: there is no such figure"]


def test_one_more_hard_negative_is_a_breach(cascade: Cascade, corpus: Path) -> None:
    floors, files, measured = pinned(cascade, corpus)
    more = replace(measured.hard_negatives, false_positives=("a.jsonl:2",))
    found = breaches(floors, files, replace(measured, hard_negatives=more))
    assert found == ["hard negatives: 1 queued, at most 0: a.jsonl:2"]


def test_lowering_takes_a_reason_that_stays(cascade: Cascade, corpus: Path, tmp_path: Path) -> None:
    floors, files, measured = pinned(cascade, corpus)
    higher = replace(
        floors, figures={**floors.figures, "all": Reached(1.0, Rate(2, 2), Rate(0, 9))}
    )
    worse = replace(measured, figures={**measured.figures, "all": GOOD})
    with pytest.raises(RuleError, match="lowered without a reason") as error:
        pin(higher, files, worse, model="n", date="2026-01-03")
    assert "all: average precision 1.0000 before, now 0.9000" in str(error.value)
    assert "all: recall 100.00% before, now 80.00%" in str(error.value)
    assert "all: false positives 0 before, now 1" in str(error.value)
    lower = pin(higher, files, worse, model="n", date="2026-01-03", reason="other texts matter")
    assert lower.history[-1]["reason"] == "other texts matter"
    assert len(lower.history[-1]["lowered"]) == 3
    write_floors(tmp_path / "floors.json", lower)
    assert read_floors(tmp_path / "floors.json") == lower


def test_taking_texts_out_is_lowering(cascade: Cascade, corpus: Path) -> None:
    floors, _, _ = pinned(cascade, corpus)
    write(corpus / "a.jsonl", ROWS[:2])
    files = read_corpora(corpus)
    with pytest.raises(RuleError) as error:
        pin(floors, files, measure(cascade, files), model="m", date="2026-01-03")
    assert "a.jsonl is another file" in str(error.value)
    assert "hard negatives: 1 texts are left" in str(error.value)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}', "[]", '{"format": 1, "corpus": {}}'])
def test_broken_floors_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "floors.json").write_text(text)
    with pytest.raises(InputError, match="cannot be read"):
        read_floors(tmp_path / "floors.json")


def test_the_command_pins_checks_and_names(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(TESTS / "floors.json", tmp_path / "floors.json")
    there = ["--floors", str(tmp_path / "floors.json")]
    assert main(["floors", "pin", *there]) == 2
    assert "corpus.jsonl is gone" in capsys.readouterr().err
    assert main(["floors", "pin", *there, "--lower", "texts of a test"]) == 0
    assert "10 floors pinned at model" in capsys.readouterr().out
    assert main(["floors", "check", *there]) == 0
    (corpus / "a.jsonl").write_text("", "utf-8")
    assert main(["floors", "check", *there]) == 2
    write(corpus / "a.jsonl", ROWS[1:])
    with pytest.raises(SystemExit) as stop:
        main(["floors", "check", *there])
    assert stop.value.code == 1
    assert "a.jsonl is not the file that was pinned" in capsys.readouterr().out
