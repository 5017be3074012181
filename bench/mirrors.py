"""Mirrors: how many are recognised, what a fingerprint costs, how long a look-up takes.

``python -m bench.mirrors`` prints the tables of docs/benchmarks.md. Works in a folder of its own
that is gone afterwards.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SEEDS = range(10)
SIZES = (1_000, 10_000, 100_000)
_LOOKED_UP = 300
_BATCH = 1_000


def figures() -> None:
    """Shares of pairs taken for mirrors, by kind."""
    from tests.crawlers.mirrors.measuring import Beside, measure

    found = measure(SEEDS)
    print("| pairs | number | " + " | ".join(Beside) + " |")
    print("| --- | --- | " + " | ".join("---" for _ in Beside) + " |")
    for kind, n in found.pairs.items():
        shares = " | ".join(f"{found.share(kind, beside):.1%}" for beside in Beside)
        print(f"| {kind} | {n} | {shares} |")


def costs() -> None:
    """Milliseconds of extraction and fingerprint, for the world's pages and for longer ones."""
    from crawlers.extraction import extract
    from crawlers.mirrors.fingerprinting import fingerprint
    from tests.crawlers.mirrors.variations import Maker

    maker = Maker(0)
    pages = [maker.original(site) for site in maker.content.sites.values()]
    long = [page.html.replace("</body>", "".join(p.html for p in pages[:8])) for page in pages[:4]]
    for name, bodies in (("sample world", [page.html for page in pages]), ("long", long)):
        read = [extract(body, "http://a.test/") for body in bodies]
        texts = [(one.document.text, one.paths) for one in read]
        length = statistics.mean(len(text) for text, _ in texts)
        reading = _ms(lambda b=bodies: [extract(body, "http://a.test/") for body in b]) / len(read)
        printing = _ms(
            lambda t=texts: [fingerprint(text, paths, "http://a.test/") for text, paths in t]
        ) / len(read)
        print(
            f"{name}: {length:.0f} characters of text a page, extraction {reading:.2f} ms, "
            f"fingerprint {printing:.2f} ms"
        )


def _ms(work: Callable[[], object], repeats: int = 20) -> float:
    """The best of several runs: what others do on the machine only adds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1_000


def lookups() -> None:
    """Milliseconds to look a page up among many indexed ones, on SQLite."""
    from cases import fingerprints
    from cases.models import FingerprintRow
    from domain.mirrors import Fingerprint

    random = np.random.default_rng(0)
    count, spent = 0, 0.0
    for size in SIZES:
        while count < size:
            rows = _documents(count, random)
            began = time.perf_counter()
            fingerprints.index(rows)
            spent += time.perf_counter() - began
            count += len(rows)
        known = list(FingerprintRow.objects.filter(pk__in=random.integers(1, size, _LOOKED_UP)))
        times, hits = [], 0
        for row in known:
            near = _changed(bytes(row.signature), random)
            began = time.perf_counter()
            nearby = fingerprints.near(Fingerprint(near, 50), but=0)
            times.append(time.perf_counter() - began)
            hits += any(found.pk == row.pk for found in nearby.rows)
        times.sort()
        print(
            f"{size} pages: look-up median {statistics.median(times) * 1e3:.2f} ms, "
            f"95th percentile {times[int(len(times) * 0.95)] * 1e3:.2f} ms, "
            f"{hits / len(known):.1%} of copies of resemblance 0.6 among the candidates, "
            f"indexing {spent / count * 1e3:.2f} ms a page"
        )


def _documents(start: int, random: np.random.Generator) -> list:
    """Rows of fingerprints of made-up pages, each alike to none."""
    from cases.intake import target_row
    from cases.models import Capture, DocumentRow, FingerprintRow, Run
    from domain.clock import utc_now
    from domain.minhash import SIZE
    from domain.targets import parse_key

    run, _ = Run.objects.get_or_create(pk=1, defaults={"kind": "bench", "started_at": utc_now()})
    target, _ = target_row(parse_key(f"host:s{start}.test"))
    numbers = range(start, start + _BATCH)
    captures = Capture.objects.bulk_create(
        Capture(
            run=run, target=target, url=f"http://s{start}.test/{n}", url_hash=f"{n:064x}",
            fetched_at=run.started_at, egress="direct", outcome="ok", retention="pages",
        )
        for n in numbers
    )  # fmt: skip
    documents = DocumentRow.objects.bulk_create(
        DocumentRow(capture=capture, target=target, text_sha256="") for capture in captures
    )
    signatures = random.integers(0, 1 << 16, (_BATCH, SIZE), dtype=np.uint16)
    return FingerprintRow.objects.bulk_create(
        FingerprintRow(document=one, target=target, signature=row.tobytes(), shingles=50)
        for one, row in zip(documents, signatures, strict=True)
    )


def _changed(signature: bytes, random: np.random.Generator) -> bytes:
    """A signature that agrees with another in six of ten places."""
    values = np.frombuffer(signature, dtype="<u2").copy()
    gone = random.random(len(values)) > 0.6
    values[gone] = random.integers(0, 1 << 16, int(gone.sum()), dtype=np.uint16)
    return values.tobytes()


def main() -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory(prefix="narcowatch-bench-") as folder:
        os.environ["NARCOWATCH_DATA_DIR"] = folder
        os.environ["NARCOWATCH_CONFIG"] = ""
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        figures()
        print()
        costs()
        print()
        lookups()
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.sqlite3*"))
        print(f"the record of {SIZES[-1]} pages takes {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
