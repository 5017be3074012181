"""The focused order against breadth-first: shop pages among the first tenth of the pages.

Both orders run the crawl's own writer, frontier, readers and model; only the fetching is done in
memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import mean
from typing import Any

from bench.graph import Graph, make_graph

PAGES, SHARE, FIRST = 20_000, 0.05, 0.1
ORDERS = ("best_first", "breadth_first")


def measure(seeds: int = 5, pages: int = PAGES) -> dict[str, Any]:
    """Shop pages fetched after FIRST of ``pages``, for each order and seed, and the ratio."""
    rows = []
    for seed in range(1, seeds + 1):
        row = {"seed": seed}
        for order in ORDERS:
            row |= {order: _crawl_apart(seed, order, pages)}
        rows.append(row)
    sums = {order: mean(row[order]["shop_pages"] for row in rows) for order in ORDERS}
    return {
        "pages": pages,
        "fetched": round(pages * FIRST),
        "seeds": rows,
        **{f"mean_{order}": value for order, value in sums.items()},
        "ratio": sums["best_first"] / max(sums["breadth_first"], 1e-9),
    }


def _crawl_apart(seed: int, order: str, pages: int) -> dict[str, int]:
    """One crawl in a process and data directory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")},
            "NARCOWATCH_DATA_DIR": folder,
            "NARCOWATCH_CONFIG": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.focus", str(seed), order, str(pages)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the crawl of seed {seed} ({order}) failed:\n{done.stderr}")
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def crawl(seed: int, order: str, pages: int) -> dict[str, int]:
    """Crawl the graph of ``seed`` in memory. Django must be set up and its database migrated."""
    from cases.models import Capture

    graph = make_graph(seed, pages=pages, share=SHARE)
    run = _begin(graph)
    code = _write(graph, run, order, round(pages * FIRST))
    if code:
        raise RuntimeError(f"the writer ended with {code}")
    urls = Capture.objects.filter(run_id=run).values_list("url", flat=True)
    fetched = [graph.pages[url] for url in urls if url in graph.pages]
    return {"fetched": len(fetched), "shop_pages": sum(page.sells for page in fetched)}


def _begin(graph: Graph) -> int:
    from django.conf import settings
    from django.core.management import call_command

    from cases import runs
    from domain.seeds import parse_seeds

    call_command("migrate", verbosity=0)
    seeds = parse_seeds(f'[[site]]\nurl = "{graph.root}"\n'.encode())
    root = settings.NARCOWATCH.data_dir / "evidence"
    run = runs.start("crawl", seeds.digest, {}, evidence_root=root)
    runs.add_seeds(run, list(seeds.seeds))
    return int(run.pk)


def _write(graph: Graph, run: int, order: str, budget: int) -> int:
    """Let a writer work through the graph. Returns its exit code."""
    from crawlers.fetches import Fetch, Job
    from crawlers.ordering import BestFirst, FirstCome, Order
    from crawlers.writer import Listeners, Writer
    from domain.captures import Egress
    from domain.clock import utc_now
    from net.journal import RequestJournal

    ended: list[int] = []
    over = threading.Event()

    def fetch(jobs: list[Job]) -> None:
        for job in jobs:
            page = graph.pages.get(job.url)
            writer.put(
                Fetch(
                    job=job,
                    fetched_at=utc_now(),
                    egress=Egress.DIRECT,
                    attempts=1,
                    status=200 if page else 404,
                    response_headers=(("Content-Type", "text/html; charset=utf-8"),),
                    body=page.html().encode() if page else b"not here",
                )
            )

    def end(code: int, error: str) -> None:
        if error:
            print(error, file=sys.stderr)
        ended.append(code)
        over.set()

    with tempfile.TemporaryDirectory() as folder:
        journal = RequestJournal(Path(folder) / "journal")
        by_name: dict[str, Order] = {
            "best_first": BestFirst(0.1, 0.5),
            "breadth_first": FirstCome(),
        }
        writer = Writer(
            _orders(run, budget, by_name[order], Path(folder)),
            journal,
            Listeners(
                post=lambda call, *arguments: call(*arguments),
                jobs=fetch,
                stored=lambda jobs, size: None,
                enough=lambda: None,
                given_up=lambda host: None,
                ended=end,
            ),
        )
        writer.start()
        over.wait()
        writer.join()
        journal.close()
    return ended[0]


def _orders(run: int, budget: int, order: Any, folder: Path) -> Any:
    from dataclasses import replace

    import crawlers.settings as settings
    from crawlers.onions import TorUse
    from crawlers.readers import ReaderPlan
    from crawlers.writer import Orders

    limits = replace(
        settings.NARCOWATCH_LIMITS,
        max_pages=budget,
        max_pages_per_new_site=200,
        max_new_sites=10_000,
        max_site_hops=100,
        max_depth=100,
        favicons=False,
        site_hints=False,
    )
    return Orders(
        run_id=run,
        limits=limits,
        reader=ReaderPlan(
            platforms=settings.NARCOWATCH_PLATFORMS,
            max_bytes=limits.max_body_bytes,
            most_links=limits.max_links_per_page,
            model_dir=Path(settings.NARCOWATCH_MODEL_DIR),
            lexicon_dir=Path(settings.NARCOWATCH_LEXICON_DIR),
        ),
        readers=1,
        order=order,
        platforms=settings.NARCOWATCH_PLATFORMS,
        user_agent="bench",
        evidence_root=folder / "evidence",
        rotate_bytes=1 << 30,
        tor=TorUse.OFF,
        tor_answers=lambda: False,
        tor_silent=tuple,
        domain_of=lambda host: host,
        renders=replace(settings.NARCOWATCH_RENDER_LIMITS, obstacle="not in a benchmark"),
        render_journal=folder / "renders",
    )


def main() -> int:
    """``python -m bench.focus SEED ORDER PAGES``: one crawl, its figures as JSON."""
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("order", choices=ORDERS)
    parser.add_argument("pages", type=int)
    options = parser.parse_args()
    django.setup()
    print(json.dumps(crawl(options.seed, options.order, options.pages)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
