"""``narcowatch score`` from its start to the first answer, and its memory as the stream goes on;
and what a process needs that only glances."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import IO, Any

import psutil

from bench.cascade import MODEL, ROOT, mix

FEW, MANY = 2_000, 40_000
_VARIETY = 1_000
_STARTS = 3
_HOLDING = """
import os, sys
from pathlib import Path
import classifiers
from classifiers.lexicons import read_lexicon
model, lexicons = map(Path, sys.argv[2:])
held = getattr(classifiers, sys.argv[1])(model, read_lexicon(lexicons))
for text in sys.stdin.read().split("\\0"):
    held.glance(text) if sys.argv[1] == "load_glancer" else held.assess(text)
print(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE"))
"""


def measure(model: Path = MODEL, few: int = FEW, many: int = MANY) -> dict[str, Any]:
    """Seconds to the first answer, and resident memory in MB after ``few`` and ``many`` lines, and
    of a process with both stages in use and of one that only glances."""
    starts = [_first_answer(model) for _ in range(_STARTS)]
    early, late = _resident(model, few, many)
    return {
        "seconds_to_first_score": round(median(starts), 2),
        "lines": [few, many],
        "resident_mb": [round(early), round(late)],
        "growth_mb": round(late - early),
        "both_stages_mb": round(_held(model, "load")),
        "only_glancing_mb": round(_held(model, "load_glancer")),
    }


def _started(model: Path) -> subprocess.Popen[bytes]:
    environment = {
        name: at for name, at in os.environ.items() if not name.startswith("NARCOWATCH_")
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings", "NARCOWATCH_CONFIG": "",
        "NARCOWATCH_CLASSIFY__MODEL_DIR": str(model),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "nightly.cli", "score", "--jsonl", "-"], cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _first_answer(model: Path) -> float:
    began = time.monotonic()
    with _started(model) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"text": "\xd1\x87\xd0\xb0\xd0\xb9"}\n')
        process.stdin.flush()
        assert "score" in json.loads(process.stdout.readline())
        seconds = time.monotonic() - began
        process.stdin.close()
    return seconds


def _resident(model: Path, few: int, many: int) -> tuple[float, float]:
    at: dict[int, float] = {}
    with _started(model) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        feeding = threading.Thread(target=_feed, args=(process.stdin, many), daemon=True)
        feeding.start()
        for number in range(1, many + 1):
            assert "score" in json.loads(process.stdout.readline())
            if number in (few, many):
                at[number] = psutil.Process(process.pid).memory_info().rss / 1e6
        feeding.join()
    return at[few], at[many]


def _feed(sink: IO[bytes], count: int) -> None:
    for line in _lines(count):
        sink.write(line)
    sink.close()


def _lines(count: int) -> Iterator[bytes]:
    """Requests, each with a word that no other has: the worst for what remembers words, which
    grows until it holds as many as it may (65,536 in each of two places)."""
    texts = mix(_VARIETY, seed=14)
    for number in range(count):
        text = f"{texts[number % len(texts)]} слово{number}"
        yield json.dumps({"id": number, "text": text}, ensure_ascii=False).encode() + b"\n"


def _held(model: Path, how: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _HOLDING, how, str(model), str(ROOT / "config" / "lexicons")],
        cwd=ROOT, input="\0".join(mix(200, seed=15)), text=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return int(done.stdout) / 1e6
