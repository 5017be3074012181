"""``narcowatch score`` with two stages: each line by itself, in order, and gone at Ctrl-C."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from classifiers.cascade import Cascade
from classifiers.store import load
from classifiers.stream import score_lines
from domain.lexicon import Lexicon
from tests.classifiers.conftest import ROOT
from tests.classifiers.encoders import write_model
from tests.classifiers.test_stream import read_line, request

WORDS = {"гашиш": (9.0, 2.0, 0.0), "погода": (0.0, 0.0, 1.0)}
TEXTS = [
    "Погода хорошая",
    "Гашиш 1 г 9000 тг",
    "Погода, погода",
    "Продам гашиш. Пишите @primer_bot",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    folder = tmp_path_factory.mktemp("scored") / "model"
    return write_model(folder, lexicon, WORDS, passed_on=(0.5, 1.0))


@pytest.fixture(scope="module")
def two_stages(model: Path, lexicon: Lexicon) -> Cascade:
    return load(model, lexicon)


def answers(cascade: Cascade, given: bytes) -> list[dict[str, Any]]:
    out = io.BytesIO()
    score_lines(io.BytesIO(given), out, cascade)
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


def test_an_answer_depends_on_its_own_line_alone(two_stages: Cascade) -> None:
    lines = [request(id=at, text=text) for at, text in enumerate(TEXTS)]
    together = answers(two_stages, b"".join(lines))
    assert together == [one for line in lines for one in answers(two_stages, line)]
    assert [one["id"] for one in together] == [0, 1, 2, 3]
    assert [one["stage"] for one in together] == ["linear", "transformer"] * 2


def test_a_bad_line_costs_itself_alone(two_stages: Cascade) -> None:
    good = [request(id=at, text=TEXTS[1]) for at in range(2)]
    first, bad, last = answers(two_stages, good[0] + b'{"text": 5}\n' + good[1])
    assert bad["error"] == "text is not a string"
    assert first | {"id": 1} == last


def _hears_ctrl_c() -> None:
    # Where the tests run in the background of a shell, they are deaf to it, and so would this be.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_it_at_once_and_in_one_line(model: Path) -> None:
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings",
        "NARCOWATCH_CLASSIFY__MODEL_DIR": str(model),
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "narcowatch"), "score", "--jsonl", "-"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=_hears_ctrl_c,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(request(id=1, text=TEXTS[1]))
        process.stdin.flush()
        assert json.loads(read_line(process, 60))["stage"] == "transformer"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == b"narcowatch: interrupted\n"
