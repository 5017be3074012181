"""The guard inside Scrapy: real spiders in processes of their own against servers on loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from config.schema import CHECKOUT
from tests.net.servers import raw_server, redirect, response

SPIDER = """
import json, socket, sys
from urllib.parse import urlsplit
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import CannotResolveHostError

port, urls = int(sys.argv[1]), json.loads(sys.argv[2])
told = []
asked = []
real = socket.getaddrinfo
def getaddrinfo(host, *arguments, **options):
    asked.append(host)
    return real(host, *arguments, **options)
socket.getaddrinfo = getaddrinfo

class Spider(scrapy.Spider):
    name = "probe"

    async def start(self):
        for url in urls:
            yield scrapy.Request(url, self.parse, errback=self.failed, dont_filter=True)

    def parse(self, response):
        told.append([response.url, response.status, str(response.ip_address), response.text])

    def failed(self, failure):
        from twisted.internet import reactor
        from net.twisted_resolver import failure_of
        error = failure.value
        host = urlsplit(failure.request.url).hostname
        known = failure_of(reactor, host)
        told.append([failure.request.url, type(error).__name__, type(known).__name__,
                     getattr(known, "reason", "")])

process = CrawlerProcess({
    "TWISTED_DNS_RESOLVER": "net.twisted_resolver.GuardedResolver",
    "NET_RESOLVER_OVERRIDES": {"*.test": f"127.0.0.1:{port}", "inside.test": "10.0.0.1"},
    "NET_TEST_NETWORKS": [{"name": "world", "cidr": "127.0.0.0/8", "hosts": ["*.test"]}],
    "DNS_TIMEOUT": 5, "DOWNLOAD_TIMEOUT": 10, "RETRY_ENABLED": False, "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0,
})
process.crawl(Spider)
process.start()
print(json.dumps({"told": told, "asked": asked}))
"""


def crawled(port: int, folder: Path, *urls: str) -> dict[str, Any]:
    script = folder / "probe.py"
    script.write_text(SPIDER)
    done = subprocess.run(
        [sys.executable, str(script), str(port), json.dumps(urls)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def answer(path: str, write: Any) -> None:
    if path.startswith("/to/"):
        write(redirect(path.removeprefix("/to/")))
    else:
        write(response(b"hello", "200 OK", "Content-Type: text/plain"))


def test_scrapy_connects_to_checked_addresses_and_mapped_ports_only(tmp_path: Path) -> None:
    onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"
    with raw_server(answer) as (port, seen):
        refused = [
            "http://10.0.0.1/",
            f"http://127.0.0.1:{port}/secret",
            f"http://2130706433:{port}/secret",
            f"http://[::1]:{port}/secret",
            f"http://localhost:{port}/secret",
            "http://inside.test/",
            f"http://shop.test/to/http://127.0.0.1:{port}/secret",
            "http://shop.test/to/http://169.254.169.254/latest/",
            f"http://{onion}/",
            "http://shop.test/to/http://" + onion + "/",
        ]
        result = crawled(
            port, tmp_path, "http://shop.test/page", "http://deep.shop.test:81/", *refused
        )
    told = {row[0]: row[1:] for row in result["told"]}
    assert told.pop("http://shop.test/page") == [200, "127.0.0.1", "hello"]
    assert told.pop("http://deep.shop.test:81/") == [200, "127.0.0.1", "hello"]
    for url, (error, known, reason) in told.items():
        assert error == "CannotResolveHostError", url
        expected = (
            ("TransportError", "onion_refused")
            if "onion" in url
            else ("AddressRefused", "address_refused")
        )
        assert (known, reason) == expected, url
    assert len(told) == 8
    assert not any(path == "/secret" for _, path in seen.requests)
    assert [host for host in result["asked"] if "onion" in str(host)] == []


def test_a_name_that_changes_its_address_cannot_lead_inside(tmp_path: Path) -> None:
    """The system is asked once for a name; what it says later, private, is never connected to."""
    code = """
import itertools, json, socket, sys
from twisted.internet import reactor, defer
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory, Protocol
from net.resolving import Resolver
from net.twisted_resolver import GuardedResolver, failure_of

answers = itertools.chain(["127.0.0.2"], itertools.repeat("127.0.0.1"))
socket.getaddrinfo = lambda *a, **k: [(0, 0, 0, "", (next(answers), 0))]
from net.addresses import TestNetwork
only = TestNetwork.of("one", "127.0.0.2/32", ["rebinding.example"])
GuardedResolver(reactor, Resolver({}, [only], ttl_s=0), 5).install_on_reactor()
said = []

async def go():
    endpoint = HostnameEndpoint(reactor, "rebinding.example", int(sys.argv[1]))
    for _ in range(2):
        try:
            protocol = await endpoint.connect(Factory.forProtocol(Protocol))
            said.append(protocol.transport.getPeer().host)
            protocol.transport.abortConnection()
        except Exception as error:
            said.append(type(failure_of(reactor, "rebinding.example")).__name__)

d = defer.ensureDeferred(go())
d.addErrback(lambda failure: said.append(str(failure)))
d.addBoth(lambda _: reactor.stop())
reactor.run()
print(json.dumps(said))
"""
    with socket.create_server(("127.0.0.2", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", code, str(server.getsockname()[1])],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["127.0.0.2", "AddressRefused"]
