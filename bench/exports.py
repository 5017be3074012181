"""A million entries in every format: time against a bare loop or the library's own serialiser.

Entries are made and validated before anything is measured: 20 000 different ones, over and over. A
line format is held against a loop that writes the same lines from memory; JSON, STIX, MISP and XARF
against ``json.dumps`` of the same values, one a line; XML against lxml's own writer of the same
elements. CSV is held against the loop, and beside it against ``csv.writer`` of the same rows. Each
format runs in a process of its own, the peak of whose memory is taken before the other side is made
ready; ``growth_mb`` is how much higher it is for the million than for the 20 000.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import IO, Any

from lxml import etree

from bench.memory import peak_mb
from blocking.entries import Action, Decision, Entry, Scope
from blocking.exporters import FORMATS
from blocking.exporters.format import ExportInfo, Format

COUNT = 1_000_000
_BASE = 20_000
_INFO = ExportInfo("regulator", 7, "2026-03-01T12:00:00Z", "", "Cyber unit", "unit@police.example")
#: Formats with a library's serialiser to be held against; all others are lines.
_SERIALISED = {"json", "xml", "stix", "misp", "xarf"}
#: Of these there is nothing to write for a list of hosts.
_NOT_OF_HOSTS = {"rpz-passthru", "telegram"}
#: Writes what the 20 000 entries come to, so many times.
_Side = Callable[[IO[bytes], int], None]


def measure() -> dict[str, Any]:
    """By format, the ratio of the times and the growth of memory; ``worst`` is the largest ratio,
    ``growth_mb`` the largest growth."""
    found: dict[str, Any] = {}
    for name in FORMATS:
        if name in _NOT_OF_HOSTS:
            continue
        small, large = _child(name, 1), _child(name, COUNT // _BASE)
        found[name] = {
            "seconds": round(large["ours_s"], 2),
            "bare_s": round(large["bare_s"], 2),
            "ratio": round(large["ours_s"] / large["bare_s"], 2),
            "growth_mb": round(large["peak_mb"] - small["peak_mb"], 1),
        }
        if "writer_s" in large:
            found[name]["writer_s"] = round(large["writer_s"], 2)
    figures: list[dict[str, float]] = [*found.values()]
    worst = max(one["ratio"] for one in figures)
    growth = max(one["growth_mb"] for one in figures)
    return {"formats": found, "worst": worst, "growth_mb": growth}


def _child(name: str, times: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.exports", name, str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _measured(name: str, times: int) -> dict[str, float]:
    """Both ways in turns, three times; the fastest of each counts."""
    fmt, base = FORMATS[name], list(_entries(name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        first = _timed(path, lambda file: _ours(file, fmt, _many(base, times)))
        peak = peak_mb()
        sides = _others(fmt, base)
        ours, others = [first], {side: list[float]() for side in sides}
        for _ in range(3):
            for side, write in sides.items():
                others[side].append(_timed(path, lambda file, write=write: write(file, times)))
            ours.append(_timed(path, lambda file: _ours(file, fmt, _many(base, times))))
    return {
        "ours_s": min(ours),
        "peak_mb": peak,
        **{side: min(taken) for side, taken in others.items()},
    }


def _timed(path: Path, write: Callable[[IO[bytes]], None]) -> float:
    with path.open("wb") as file:
        begun = time.perf_counter()
        write(file)
        return time.perf_counter() - begun


def _many(base: list[Entry], times: int) -> Iterable[Entry]:
    return chain.from_iterable(repeat(base, times))


def _ours(file: IO[bytes], fmt: Format, entries: Iterable[Entry]) -> None:
    for piece in fmt.write(entries, _INFO):
        file.write(piece)


def _others(fmt: Format, base: list[Entry]) -> dict[str, _Side]:
    """What a format is held against: ``bare_s``, and for CSV ``writer_s`` beside it."""
    whole = b"".join(fmt.write(base, _INFO))
    if fmt.name == "xml":
        return {"bare_s": _lxml(whole)}
    if fmt.name in _SERIALISED:
        return {"bare_s": _dumps(fmt.name, whole)}
    lines = {"bare_s": _lines(whole)}
    return lines | {"writer_s": _csv(whole)} if fmt.name == "csv" else lines


def _lines(whole: bytes) -> _Side:
    lines = whole.splitlines(keepends=True)

    def loop(file: IO[bytes], times: int) -> None:
        for line in chain.from_iterable(repeat(lines, times)):
            file.write(line)

    return loop


def _dumps(name: str, whole: bytes) -> _Side:
    if name in {"json", "xarf"}:
        values = [json.loads(line) for line in whole.splitlines()]
    elif name == "stix":
        values = json.loads(whole)["objects"][1:]
    else:
        values = json.loads(whole)["Event"]["Attribute"]

    def loop(file: IO[bytes], times: int) -> None:
        for value in chain.from_iterable(repeat(values, times)):
            file.write(f"{json.dumps(value, separators=(',', ':'))}\n".encode())

    return loop


def _csv(whole: bytes) -> _Side:
    rows = list(csv.reader(io.StringIO(whole.decode(), newline="")))[1:]

    def loop(file: IO[bytes], times: int) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        csv.writer(text, lineterminator="\r\n").writerows(chain.from_iterable(repeat(rows, times)))
        text.detach()

    return loop


def _lxml(whole: bytes) -> _Side:
    elements = list(etree.fromstring(whole))

    def loop(file: IO[bytes], times: int) -> None:
        with etree.xmlfile(file, encoding="utf-8") as document, document.element("register"):
            for element in chain.from_iterable(repeat(elements, times)):
                document.write(element)

    return loop


def _entries(name: str) -> Iterator[Entry]:
    """Hosts, or URLs for the list of URLs, with documents of the length that real ones have."""
    filling = "x" * 900
    for number in range(_BASE):
        made = str(uuid.uuid5(uuid.NAMESPACE_URL, str(number)))
        host = f"shop-{number:07}.example-{number % 977}.test"
        scope, value = Scope.HOST, host
        if name == "urls":
            scope, value = Scope.URL, f"http://{host}/catalogue/{number}"
        document = json.dumps({"facts": filling, "id": made, "target": {"values": [value]}})
        decision = Decision(f"{number}/1", "2026-03-01", "Unit")
        yield Entry(
            made, Action.BLOCK, scope, (value,), decision, "2026-03-01T12:00:00Z",
            "2026-05-30T12:00:00Z", document,
        )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], int(sys.argv[2]))))
