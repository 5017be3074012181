"""Files of answers: every row is read by itself, and told when it is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.orders import Answer
from domain.receipts import parse_answers

ONE, TWO = "0d5a2c8e-52c4-5f3c-9d1e-0a7d6f1b2c3d", "1d5a2c8e-52c4-5f3c-9d1e-0a7d6f1b2c3d"
ZONE = timezone(timedelta(hours=5))


def read(text: str | bytes, most: int = 100):
    return parse_answers(text.encode() if isinstance(text, str) else text, most=most, zone=ZONE)


def test_a_csv_file_gives_answers_and_names_bad_lines() -> None:
    found = read(
        "id,answer,reason,at\n"
        f"{ONE},accepted,,\n"
        f"{ONE},executed,,2026-03-02T10:00\n"
        f"{TWO},refused,,\n"
        f"{TWO},refused,no such host,\n"
        "shop.test,accepted,,\n"
        f"{TWO},blocked,,\n"
        f"{TWO},executed,,soon\n"
        f"{TWO},lifted,,\n"
        f"{TWO},,,\n"
    )
    assert [(a.line, a.answer, a.reason) for a in found.answers] == [
        (2, Answer.ACCEPTED, ""),
        (3, Answer.EXECUTED, ""),
        (5, Answer.REFUSED, "no such host"),
    ]
    assert found.answers[1].at == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    assert [(p.line, p.reason.split(":")[0]) for p in found.problems] == [
        (4, "a refusal needs its reason"),
        (6, "not the id of an entry"),
        (7, "no answer"),
        (8, "not a time"),
        (9, "lifted needs its time"),
    ]
    assert found.blank == 1


def test_json_and_other_languages_are_read_too() -> None:
    rows = [{"id": ONE, "answer": "Executed", "at": "2026-03-02T10:00:00Z"}, {"id": TWO}]
    found = read(json.dumps(rows))
    assert [(a.answer, a.at) for a in found.answers] == [
        (Answer.EXECUTED, datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    ]
    assert (found.blank, found.problems) == (1, [])
    russian = f"номер;ответ;причина;дата\n{ONE};отказано;нет такого;\n{TWO};исполнено;;02.03.2026\n"
    found = read(russian.encode("cp1251"))
    assert [a.answer for a in found.answers] == [Answer.REFUSED, Answer.EXECUTED]
    assert found.answers[1].at == datetime(2026, 3, 1, 19, 0, tzinfo=UTC)
    kazakh = f"нөмірі,жауап,себебі\n{ONE},бас тартылды,жоқ\n{TWO},қабылданды,\n"
    assert [a.answer for a in read(kazakh).answers] == [Answer.REFUSED, Answer.ACCEPTED]


def test_a_file_without_the_columns_says_so() -> None:
    found = read("host,state\nshop.test,blocked\n")
    assert [(p.line, p.reason) for p in found.problems] == [(1, "no column is called id or answer")]


def test_rows_over_the_bound_are_counted() -> None:
    found = read("id,answer\n" + f"{ONE},accepted\n" * 5, most=3)
    assert (len(found.answers), found.beyond) == (3, 2)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:00", "0001-01-01", "1e9", "2026-13-01"])
def test_times_at_the_edges_are_no_error(text: str) -> None:
    found = read(f"id,answer,at\n{ONE},executed,{text}\n")
    assert len(found.problems) + len(found.answers) == 1


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_is_read_without_an_error(data: bytes) -> None:
    found = read(data)
    for problem in found.problems:
        assert problem.text.isprintable()
        assert problem.reason.isprintable()
