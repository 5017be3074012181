"""``python -m crawlers RUN``: crawl the sources of a run, from any folder.

Exit codes: 0 done, 1 failed (what is left stays in the frontier; start it again), 2 refused (no
such run, or another process crawls it), 130 stopped by a signal before it was done.
"""

from __future__ import annotations

import argparse
import os
import sys

from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

from cases.children import die_with


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, crawl, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers", description=__doc__)
    parser.add_argument("run", metavar="RUN", help="number of the run")
    parser.add_argument("--max-pages", default="", metavar="N", help="pages in this run at most")
    parser.add_argument(
        "--parent", type=int, default=0, metavar="PID", help="die when this process does"
    )
    options = parser.parse_args(arguments)
    if options.parent and not die_with(options.parent):
        return 1
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawlers.settings"
    process = CrawlerProcess(get_project_settings())
    crawler = process.create_crawler("sites")
    process.crawl(crawler, run=options.run, max_pages=options.max_pages)
    process.start()
    code: int = getattr(crawler.spider, "exit_code", 1)
    return code or int(process.bootstrap_failed)


if __name__ == "__main__":
    sys.exit(main())
