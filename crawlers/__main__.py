"""``python -m crawlers RUN``: crawl the sources of a run, from any folder.

Exit codes: 0 done, 1 failed (what is left stays in the frontier; start it again), 2 refused (no
such run, or another process crawls it), 130 stopped by a signal before it was done.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys

from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, crawl, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers", description=__doc__)
    parser.add_argument("run", metavar="RUN", help="number of the run")
    parser.add_argument("--max-pages", default="", metavar="N", help="pages in this run at most")
    parser.add_argument(
        "--parent", type=int, default=0, metavar="PID", help="die when this process does"
    )
    options = parser.parse_args(arguments)
    if options.parent:
        _die_with(options.parent)
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawlers.settings"
    process = CrawlerProcess(get_project_settings())
    crawler = process.create_crawler("sites")
    process.crawl(crawler, run=options.run, max_pages=options.max_pages)
    process.start()
    code: int = getattr(crawler.spider, "exit_code", 1)
    return code or int(process.bootstrap_failed)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
