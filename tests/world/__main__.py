"""The sample world by itself, ``python -m tests.world serve --dir DIR``, and the demo over it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from tests.world import demo
from tests.world.world import TOR_CACHE, World

_WATCH_S = 1.0


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.command == "demo":
        return demo.main()
    return serve(options)


def serve(options: argparse.Namespace) -> int:
    """Run the world in the foreground until told to stop."""
    folder: Path = options.dir
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _n, _f: stop.set())
    tor = {"auto": None, "on": True, "off": False}[options.tor]
    world = World(
        folder,
        tor=tor,
        latency_ms=options.latency_ms,
        port=options.port,
        tor_cache=options.tor_cache,
        accounts=options.account,
    )
    parent = os.getppid()
    with world:
        world.write(folder, hostile=options.hostile)
        print(f"world on port {world.port}, files in {folder}", flush=True)
        while not stop.wait(_WATCH_S):
            if options.with_parent and os.getppid() != parent:
                break
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="a whole night over the world, then its report and exports")
    serve = commands.add_parser("serve", help="the world in the foreground")
    serve.add_argument("--dir", type=Path, required=True, help="folder for the files written")
    serve.add_argument("--tor", choices=["auto", "on", "off"], default="auto")
    serve.add_argument("--tor-cache", type=Path, default=TOR_CACHE, help="keys kept between runs")
    serve.add_argument("--latency-ms", type=float, default=0.0, help="delay of every answer")
    serve.add_argument("--port", type=int, default=0, help="0 for any")
    serve.add_argument(
        "--account", action="append", default=[], metavar="NAME", help="an account at Telegram"
    )
    serve.add_argument("--hostile", action="store_true", help="name hostile sites as seeds too")
    serve.add_argument("--with-parent", action="store_true", help="stop when the parent ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
