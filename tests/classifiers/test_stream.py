"""Lines in, lines out: in order, at once, whatever comes."""

from __future__ import annotations

import io
import json
import os
import selectors
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from classifiers.cascade import Cascade
from classifiers.stream import MAX_LINE, score_lines

ROOT = Path(__file__).resolve().parents[2]
OFFER = "Мефедрон 1 г — 14 000 тг, закладки в Алматы, пиши @primer_bot"
COMMAND = [str(Path(sys.executable).parent / "narcowatch"), "score", "--jsonl", "-"]


def answers(cascade: Cascade, given: bytes) -> list[dict[str, Any]]:
    out = io.BytesIO()
    score_lines(io.BytesIO(given), out, cascade)
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


def request(**fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def test_an_answer_has_every_field(cascade: Cascade) -> None:
    (one,) = answers(cascade, request(id="a", text=OFFER))
    assert one["id"] == "a"
    assert one["label"] == "drug_sale"
    assert one["score"] >= cascade.threshold
    assert one["lang"] == "ru"
    assert one["role"] in {"listing", "shop"}
    assert one["substances"] == ["cathinones"]
    assert one["regions"] == ["KZ-75"]
    assert one["indicators"] == [{"kind": "telegram", "value": "primer_bot"}]
    assert one["prices"] == [{"amount": 14000.0, "currency": "KZT", "unit": "1 g"}]
    assert one["model"] == cascade.version
    assert OFFER[one["spans"][0]["start"] : one["spans"][0]["end"]] == "Мефедрон"


def test_the_label_follows_the_threshold(cascade: Cascade) -> None:
    texts = [OFFER, "чай", "гашиш", "купить гашиш", "гашиш 1г 9000", "работа курьером"]
    for one in answers(cascade, b"".join(request(text=text) for text in texts)):
        assert (one["label"] == "drug_sale") == (one["score"] >= cascade.threshold)


BROKEN = [
    (b"not json", "not JSON"),
    (b"[1]", "not a JSON object"),
    (b'"text"', "not a JSON object"),
    (b"{}", "no text"),
    (b'{"id": 1}', "no text"),
    (b'{"text": 5}', "text is not a string"),
    (b'{"text": null}', "text is not a string"),
    (b'{"text": ["a"]}', "text is not a string"),
    (b'{"text": "a", "lang": 3}', "lang is not a string"),
    (b'{"text": "a", "x": NaN}', "NaN"),
    (b'{"text": "a", "id": Infinity}', "Infinity"),
    (b'{"text": "a", "x": -Infinity}', "Infinity"),
    (b'{"text": "\xff\xfe"}', "not UTF-8"),
    (b'{"text": "\\ud800"}', "lone surrogate"),
    (b'{"text": "a"', "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b'{"text": "a", "id": ' + b"1" * 5000 + b"}", "not JSON"),
    (b'{"text": "' + b"a" * (MAX_LINE + 10) + b'"}', "longer than"),
    (b"\x00", "not JSON"),
    (b"", "not JSON"),
    (b"  \r", "not JSON"),
]


@pytest.mark.parametrize(("line", "said"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_line_is_answered_in_its_place(cascade: Cascade, line: bytes, said: str) -> None:
    given = request(id=1, text="чай") + line + b"\n" + request(id=3, text="кофе")
    first, broken, last = answers(cascade, given)
    assert (first["id"], last["id"]) == (1, 3)
    assert said in broken["error"]
    assert broken["line"] == 2


def test_the_id_is_kept_where_it_can_be_read(cascade: Cascade) -> None:
    one, other = answers(cascade, request(id="x") + b'{"id": "\\ud800", "text": "a"}\n')
    assert one == {"error": "there is no text", "line": 1, "id": "x"}
    assert "id cannot be written" in other["error"]


def test_odd_but_right_lines_are_scored(cascade: Cascade) -> None:
    given = (
        b"\xef\xbb\xbf" + request(id=1, text="a")
        + request(id=4, text="a\u2028b\u0085c\x0b") + request(id=5, text="") + request(text="a")
        + request(id=None, text="a", lang=None) + b'{"id":8,"text":"a","id":9}'
    )  # fmt: skip
    found = answers(cascade, given)
    assert [one["id"] for one in found] == [1, 4, 5, None, None, 9]
    assert all("score" in one for one in found)


def run(**options: Any) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment, **options,
    )  # fmt: skip


def read_line(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(seconds), "no answer in time"
    return process.stdout.readline()


def test_a_slow_writer_sees_each_answer_at_once() -> None:
    with run() as process:
        assert process.stdin is not None
        for number in range(3):
            process.stdin.write(request(id=number, text=OFFER))
            process.stdin.flush()
            assert json.loads(read_line(process, 60))["id"] == number
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_reader_that_leaves_is_no_error() -> None:
    with run() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request(id=0, text=OFFER))
        process.stdin.flush()
        read_line(process, 60)
        process.stdout.close()
        with suppress(BrokenPipeError):
            for _ in range(200):
                process.stdin.write(request(id=1, text=OFFER))
                process.stdin.flush()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdin = None
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_memory_stays_flat() -> None:
    def feed(process: subprocess.Popen[bytes], count: int) -> int:
        assert process.stdin is not None
        for number in range(count):
            # New words each time, so that nothing is remembered for ever.
            text = " ".join(f"слово{number}х{i} " for i in range(30)) + OFFER
            process.stdin.write(request(id=number, text=text))
            process.stdin.flush()
            assert json.loads(read_line(process, 60))["id"] == number
        return psutil.Process(process.pid).memory_info().rss

    with run() as process:
        early, late = feed(process, 300), feed(process, 1200)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)
    assert late - early < 40 * 1024 * 1024
