"""The private Tor network: onion sites behind SOCKS, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from domain.onion import is_valid_onion_v3
from tests.world.fixtures import TOR_MISSING
from tests.world.tor.control import Control, ControlError
from tests.world.tor.process import TorError, run_tor_tool
from tests.world.tor.socks import GRANTED, socks_reply
from tests.world.tornet import TorNetwork, tor_available
from tests.world.world import World

ROOT = Path(__file__).resolve().parent.parent
_PRINT_TOR = "from config.settings import NARCOWATCH as n; print(n.tor.enabled.value)"


def browse(network: TorNetwork, url: str) -> httpx.Response:
    with httpx.Client(proxy=f"socks5h://{network.socks}", timeout=60) as client:
        return client.get(url)


@pytest.mark.tor
def test_every_onion_site_is_served_through_tor(tor_world: World, tor_network: TorNetwork) -> None:
    assert len(tor_world.onions) >= 3
    for slug, host in tor_world.onions.items():
        assert is_valid_onion_v3(host)
        page = browse(tor_network, f"http://{host}/")
        assert page.status_code == 200
        assert tor_world.content.sites[slug].title in page.text
        assert tor_world.served()[host].served >= 1


@pytest.mark.tor
@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "aurora-kz.test"])
def test_the_network_leads_nowhere_else(
    tor_world: World, tor_network: TorNetwork, host: str
) -> None:
    """There is no exit: the proxy refuses, or waits for one that never comes."""
    socks_port = int(tor_network.socks.rpartition(":")[2])
    try:
        reply = socks_reply(socks_port, host, tor_world.port, timeout_s=3)
    except OSError:
        return
    assert reply != GRANTED


@pytest.mark.tor
def test_the_world_with_tor_seeds_an_onion(tor_world: World) -> None:
    onions = [fact.url for fact in tor_world.seeds() if fact.key.kind == "onion"]
    assert onions == [f"http://{tor_world.onions['sever-market']}/"]
    assert tor_world.settings()["tor"]["enabled"] == "on"
    assert {fact.slug for fact in tor_world.findable()} >= set(tor_world.onions)


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.world", "serve", "--dir", str(folder), *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str], folder: Path) -> dict:
    """What the world wrote, once it says that it is up."""
    assert process.stdout is not None
    assert process.stdout.readline().startswith("world on port ")
    return json.loads((folder / "world.json").read_text("utf-8"))


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def all_gone(pids: list[int], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(alive(pid) for pid in pids)


@pytest.mark.tor
@pytest.mark.skipif(not tor_available(), reason=TOR_MISSING)
def test_no_tor_process_outlives_the_world_however_it_ends(tmp_path: Path) -> None:
    """Stopped, then killed; the second start finds the first one's keys and consensus."""
    onions = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        folder = tmp_path / number.name
        cache = ("--tor", "on", "--tor-cache", str(tmp_path / "cache"))
        process = start(folder, *cache)
        try:
            world = told(process, folder)
            onions.append(world["onions"])
            pids = world["tor"]["pids"]
            assert len(pids) == 5
            assert all(alive(pid) for pid in pids)
            os.kill(process.pid, number)
            code = process.wait(20)
            assert code == (0 if number is signal.SIGTERM else -signal.SIGKILL)
            assert all_gone(pids, 10)
        finally:
            end(process)
    assert onions[0] == onions[1]


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def test_serve_writes_what_narcowatch_needs_and_stops_when_told(tmp_path: Path) -> None:
    process = start(tmp_path, "--tor", "off", "--hostile")
    try:
        world = told(process, tmp_path)
        answer = httpx.get(
            f"http://127.0.0.1:{world['port']}/served.json", headers={"Host": "control.test"}
        )
        assert answer.json() == {"total": 0, "hosts": {}}
        assert "gzip-bomb.test" in (tmp_path / "seeds.toml").read_text("utf-8")
        shown = subprocess.run(
            [
                sys.executable,
                "-c",
                "from config.settings import NARCOWATCH as n; print(n.tor.enabled.value)",
            ],
            cwd=ROOT,
            env={**os.environ, "NARCOWATCH_CONFIG": str(tmp_path / "narcowatch.toml")},
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout == "off\n"
        process.terminate()
        assert process.wait(10) == 0
    finally:
        end(process)


def test_serve_with_parent_stops_when_its_parent_does(tmp_path: Path) -> None:
    """The parent here is a shell that ends at once."""
    command = f"{sys.executable} -m tests.world serve --tor off --with-parent --dir {tmp_path}"
    shell = subprocess.Popen(
        ["sh", "-c", f"{command} >/dev/null & echo $!; sleep 3"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shell.stdout is not None
    pid = int(shell.stdout.readline())
    try:
        deadline = time.monotonic() + 10
        while not (tmp_path / "world.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (tmp_path / "world.json").exists()
        assert alive(pid)
        shell.wait()
        assert all_gone([pid], 5)
    finally:
        shell.stdout.close()
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_a_tor_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(TorError, match="failed"):
        run_tor_tool(["sh", "-c", "echo broken >&2; exit 1"])
    with pytest.raises(ControlError, match="no control socket"):
        Control(tmp_path / "none", time.monotonic() + 0.1)
