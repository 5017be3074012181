"""The crawl as a child process, for the night. Knows neither Scrapy nor a reactor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cases.children import child_command, run_child


def crawl_command(run_id: int, *, max_pages: int | None = None) -> list[str]:
    """The command that crawls the sources of run ``run_id`` and dies with this process."""
    options = [] if max_pages is None else ["--max-pages", str(max_pages)]
    return child_command("crawlers", run_id, options)


def run_crawl(
    run_id: int,
    *,
    max_pages: int | None = None,
    env: Mapping[str, str] | None = None,
    on_progress: Callable[[], None] | None = None,
) -> int:
    """Crawl the sources of a run and wait for the end (see ``cases.children.run_child``).

    Returns 0 done, 1 failed, 2 refused, 130 stopped before it was done, below 0 killed by that
    signal.
    """
    command = crawl_command(run_id, max_pages=max_pages)
    return run_child(command, env=env, on_progress=on_progress)
