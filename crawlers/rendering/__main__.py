"""``python -m crawlers.rendering --parent PID``: the renderer, as a child process of a crawl.

The first line of standard input is the plan, each further one an order; each line of standard
output is what came of one (see ``orders``). Ends when its input does. Exit codes: 0 done,
1 another process holds the journal, or the parent is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator

from cases.children import die_with
from crawlers.rendering.orders import Rendered, RendererPlan, RenderOrder
from crawlers.rendering.service import serve
from domain.errors import RecordError

_LONGEST_LINE = 1 << 20


def main(arguments: list[str] | None = None) -> int:
    """Serve until the input ends, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.rendering", description=__doc__)
    parser.add_argument("--parent", type=int, required=True, metavar="PID")
    if not die_with(parser.parse_args(arguments).parent):
        return 1
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may get among the answers
    try:
        asyncio.run(_serve(answers))
    except RecordError as error:
        print(f"renderer: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(answers: int) -> None:
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    with os.fdopen(answers, "wb") as out:

        def answer(done: Rendered) -> None:
            out.write(done.to_json().encode() + b"\n")
            out.flush()

        first = await reader.readline()
        if first:
            await serve(RendererPlan.of_json(first.decode()), _orders(reader), answer)


async def _orders(reader: asyncio.StreamReader) -> AsyncIterator[RenderOrder]:
    while line := await reader.readline():
        yield RenderOrder.of_json(line.decode())


if __name__ == "__main__":
    sys.exit(main())
