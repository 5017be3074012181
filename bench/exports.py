"""A million entries in every format: time against a bare loop or the library's own serialiser.

Entries are made and validated before anything is measured. A line format is held against a loop
that writes the same lines from memory; JSON, STIX and MISP against ``json.dumps`` of the same
values, one a line; XML against lxml's own writer of the same elements, CSV against ``csv.writer``
of the same rows. Each format runs in a process of its own, so that its peak of memory is its own;
``growth_mb`` is how much higher that is for the million than for a hundredth of it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import resource
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

from blocking.entries import Action, Decision, Entry, Scope
from blocking.exporters import FORMATS
from blocking.exporters.format import ExportInfo, Format

COUNT = 1_000_000
_BASE = 20_000
_INFO = ExportInfo("regulator", 7, "2026-03-01T12:00:00Z", "", "Cyber unit")
#: Formats with a library's serialiser to be held against; all others are lines.
_SERIALISED = {"json", "csv", "xml", "stix", "misp"}
#: Of these there is nothing to write for a list of hosts.
_OTHERS = {"rpz-passthru", "telegram"}


def measure() -> dict[str, Any]:
    """By format, the ratio of the times and the growth of memory; ``worst`` is the largest ratio,
    ``growth_mb`` the largest growth."""
    found: dict[str, Any] = {}
    for name in FORMATS:
        if name in _OTHERS:
            continue
        small, large = _child(name, COUNT // 100), _child(name, COUNT)
        found[name] = {
            "seconds": round(large["ours_s"], 2),
            "bare_s": round(large["bare_s"], 2),
            "ratio": round(large["ours_s"] / large["bare_s"], 2),
            "growth_mb": round(large["peak_mb"] - small["peak_mb"], 1),
        }
    figures: list[dict[str, float]] = [*found.values()]
    worst = max(one["ratio"] for one in figures)
    growth = max(one["growth_mb"] for one in figures)
    return {"formats": found, "worst": worst, "growth_mb": growth}


def _child(name: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.exports", name, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _measured(name: str, count: int) -> dict[str, float]:
    """Both ways in turns, three times; the fastest of each counts."""
    fmt, base = FORMATS[name], list(_entries(name))
    bare = _bare(fmt, base)
    times = count // len(base) or 1
    part = base if count >= len(base) else base[:count]
    ours, other = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(3):
            path = Path(folder) / "out"
            ours.append(_timed(path, lambda file: _ours(file, fmt, _many(part, times))))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            other.append(_timed(path, lambda file: bare(file, times * len(part))))
    return {"ours_s": min(ours), "bare_s": min(other), "peak_mb": peak}


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


def _bare(fmt: Format, base: list[Entry]) -> Callable[[IO[bytes], int], None]:
    """What a format is held against: writes what so many entries come to."""
    whole = b"".join(fmt.write(base, _INFO))
    if fmt.name == "xml":
        return _lxml(whole)
    if fmt.name == "csv":
        return _csv(whole)
    if fmt.name in _SERIALISED:
        return _dumps(fmt.name, whole)
    lines = whole.splitlines(keepends=True)

    def loop(file: IO[bytes], count: int) -> None:
        for line in chain.from_iterable(repeat(lines, max(1, count // _BASE))):
            file.write(line)

    return loop


def _dumps(name: str, whole: bytes) -> Callable[[IO[bytes], int], None]:
    if name == "json":
        values = [json.loads(line) for line in whole.splitlines()]
    elif name == "stix":
        values = json.loads(whole)["objects"][1:]
    else:
        values = json.loads(whole)["Event"]["Attribute"]

    def loop(file: IO[bytes], count: int) -> None:
        for value in chain.from_iterable(repeat(values, max(1, count // _BASE))):
            file.write(f"{json.dumps(value, separators=(',', ':'))}\n".encode())

    return loop


def _csv(whole: bytes) -> Callable[[IO[bytes], int], None]:
    rows = list(csv.reader(io.StringIO(whole.decode(), newline="")))[1:]

    def loop(file: IO[bytes], count: int) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
        writer = csv.writer(text, lineterminator="\r\n")
        for row in chain.from_iterable(repeat(rows, max(1, count // _BASE))):
            writer.writerow(row)
        text.detach()

    return loop


def _lxml(whole: bytes) -> Callable[[IO[bytes], int], None]:
    elements = list(etree.fromstring(whole))

    def loop(file: IO[bytes], count: int) -> None:
        with etree.xmlfile(file, encoding="utf-8") as document, document.element("register"):
            for element in chain.from_iterable(repeat(elements, max(1, count // _BASE))):
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
