"""DNS rebinding: the address that was checked is the one that is connected to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Reply, Web, html, links
from tests.net.dns_server import DnsServer

INSIDE = "127.0.0.2"
NETWORKS = json.dumps([{"name": "outside", "cidr": "127.0.0.1/32", "hosts": ["*.example"]}])


@contextmanager
def inside(port: int) -> Iterator[list[str]]:
    """Something that must not be reached, at the port that the site has outside."""
    reached: list[str] = []
    with socket.create_server((INSIDE, port)) as listener:

        def listen() -> None:
            while True:
                connection, peer = listener.accept()
                connection.close()
                if peer == closing:
                    return
                reached.append(str(peer))

        stopper = socket.socket()
        stopper.bind((INSIDE, 0))
        closing = stopper.getsockname()
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield reached
        finally:
            stopper.connect((INSIDE, port))
            thread.join()
            stopper.close()


def test_a_name_whose_address_changes_is_asked_for_once_and_never_leads_inside(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("rebind.example", {"/": html(links("/a", "/b")), "/a": html("page a")})
    dns = DnsServer({"rebind.example": [["127.0.0.1"], [INSIDE]]})
    with dns.running(), inside(web.port) as reached:
        at = place(NET__DNS_SERVERS=dns.address, NET__TEST_NETWORKS=NETWORKS)
        run = at.begin(f"http://rebind.example:{web.port}/")
        at.crawl(run)
        assert at.outcomes(run)[f"http://rebind.example:{web.port}/a"] == "ok"
        assert dns.asked["rebind.example"] == 1, "what was checked is what was connected to"
        with at.database() as database:
            database.execute("update cases_run set state = 'complete'")
        again = at.begin(f"http://rebind.example:{web.port}/")
        at.crawl(again)
        assert list(at.outcomes(again).values()) == ["address_refused"]
        assert at.requests(again) == 0
        assert dns.asked["rebind.example"] == 2
        assert reached == []


def test_of_several_addresses_the_ones_inside_are_not_tried(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("both.example", {"/": html("the page that is outside")})
    dns = DnsServer({"both.example": [["127.0.0.1", INSIDE]]})
    with dns.running(), inside(web.port) as reached:
        at = place(NET__DNS_SERVERS=dns.address, NET__TEST_NETWORKS=NETWORKS)
        run = at.begin(f"http://both.example:{web.port}/")
        at.crawl(run)
        assert list(at.outcomes(run).values()) == ["ok"]
        assert reached == []


def test_a_redirect_to_a_name_that_points_inside_is_refused(
    web: Web, place: Callable[..., Place]
) -> None:
    hop = f"http://inside.example:{web.port}/"
    web.site("outside.example", {"/": Reply("", 302, {"Location": hop})})
    dns = DnsServer({"outside.example": [["127.0.0.1"]], "inside.example": [[INSIDE]]})
    with dns.running(), inside(web.port) as reached:
        at = place(NET__DNS_SERVERS=dns.address, NET__TEST_NETWORKS=NETWORKS)
        run = at.begin(f"http://outside.example:{web.port}/")
        at.crawl(run)
        assert at.outcomes(run)[hop] == "address_refused"
        assert "loopback" in at.captures(run)[hop]["detail"]
        assert reached == []
