"""What kinds of sources a run has, and how each is crawled: budgets, robots, search, TLS, child."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.crawlers.crawling import ROOT, Place
from tests.crawlers.servers import Asked, Reply, Web, html, links

WORDS = ["tea", "salt", "rope", "bread", "glass", "stone", "paper", "wool", "honey", "soap"]


def test_budgets_of_sites_and_of_the_run(web: Web, place: Callable[..., Place]) -> None:
    web.site(
        "big.test",
        {"/": html(links(*(f"/{word}" for word in WORDS)))}
        | {f"/{word}": html(f"about {word}") for word in WORDS},
    )
    web.site(
        "down.test",
        {"/": html(links(*(f"/{word}" for word in WORDS)))}
        | {f"/{word}": lambda asked: None for word in WORDS},
    )
    at = place(CRAWL__MAX_PAGES_PER_SITE="4", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://big.test/")
    at.crawl(run)
    assert len(at.captures(run)) == 4
    assert at.counts(run, "dropped")["page budget"] == 7
    at = place(CRAWL__MAX_PAGES="3", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://big.test/", "http://down.test/")
    at.crawl(run)
    assert len(at.captures(run)) == 3
    assert at.counts(run, "dropped")["run budget"] == 19
    assert at.rows("select * from cases_runsource where done = 0") == []


def test_a_site_that_fails_again_and_again_is_given_up(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site(
        "down.test",
        {"/": html(links(*(f"/{word}" for word in WORDS)))}
        | {f"/{word}": lambda asked: None for word in WORDS},
    )
    at = place(CRAWL__CONCURRENCY_PER_HOST="2")
    run = at.begin("http://down.test/")
    at.crawl(run)
    assert at.counts(run, "dropped")["site down"] == 2  # eight had been handed out together
    assert at.requests(run) == web.served.total()


def test_robots_are_obeyed_when_the_settings_say_so(web: Web, place: Callable[..., Place]) -> None:
    rules = Reply("User-agent: *\nDisallow: /salt", kind="text/plain")
    pages = {f"/{word}": html(f"about {word}") for word in WORDS[:3]}
    front = html(links("/tea", "/salt", "/rope"))
    web.site("shy.test", {"/": front, "/robots.txt": rules, **pages})
    at = place(CRAWL__OBEY_ROBOTS="true")
    run = at.begin("http://shy.test/")
    at.crawl(run)
    assert set(at.captures(run)) == {
        f"http://shy.test{path}" for path in ("/", "/robots.txt", "/tea", "/rope")
    }
    assert at.counts(run, "dropped") == {"robots.txt": 1}
    assert at.requests(run) == web.served.total()


def test_a_result_page_gives_candidates_and_is_not_crawled_itself(
    web: Web, place: Callable[..., Place]
) -> None:
    results = html(links("http://found.test/", "/page/2", "/settings"))
    web.pages["engine.test"] = lambda asked: results
    web.site("found.test", {"/": html("what was searched for")})
    at = place()
    run = at.begin("search=http://engine.test/search?q={query}")
    at.crawl(run)
    assert set(at.captures(run)) == {"http://engine.test/search?q=q", "http://found.test/"}
    rows = at.rows(
        "select t.value, s.why from cases_runsource s join cases_target t on t.id = s.target_id"
    )
    assert {row["value"]: row["why"] for row in rows} == {
        "http://engine.test/search?q=q": "search",
        "found.test": "link",
    }
    assert at.counts(run, "dropped")["only this page is read"] == 2


def certificate(folder: Path, host: str) -> ssl.SSLContext:
    """A server's TLS context with a certificate of its own for ``host``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_https_is_counted_when_the_handshake_is_done_and_not_before(
    web: Web, place: Callable[..., Place], tmp_path: Path
) -> None:
    secure = Web(certificate(tmp_path, "secure.test"))
    secure.site("secure.test", {"/": html(links("/tea")), "/tea": html("over TLS")})
    web.site("plain.test", {"/": html("no TLS here")})
    with secure.running():
        at = place()
        at.overrides["secure.test"] = f"127.0.0.1:{secure.port}"
        run = at.begin("https://secure.test/", "https://plain.test/")
        at.crawl(run)
    captures = at.captures(run)
    assert captures["https://secure.test/tea"]["outcome"] == "ok"
    assert captures["https://plain.test/"]["outcome"] == "connection"
    assert captures["https://plain.test/"]["requests"] == 0
    assert captures["http://plain.test/"]["outcome"] == "ok"
    assert secure.served.total() == 2
    assert at.requests(run) == secure.served.total() + 1
    assert web.served == {"http://plain.test/": 1}


def test_scrapy_lists_and_crawls(web: Web, place: Callable[..., Place]) -> None:
    web.site("shop.test", {"/": html("a page")})
    at = place()
    run = at.begin("http://shop.test/")

    def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=ROOT,
            env=at.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert scrapy("list").stdout == "sites\n"
    assert scrapy("crawl", "sites", "-a", f"run={run}").returncode == 0
    assert at.outcomes(run) == {"http://shop.test/": "ok"}
    assert scrapy("crawl", "sites", "-a", "run=none").returncode == 2


RUN_AND_WAIT = """
import sys
from crawlers.process import run_crawl
told = []
code = run_crawl(int(sys.argv[1]), on_progress=lambda: told.append(1))
print(code, len(told) > 0)
"""


def test_the_night_gets_the_exit_code_and_progress_from_any_folder(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("shop.test", {"/": html("a page")})
    at = place()
    run = at.begin("http://shop.test/")
    for number, said in ((run, "0 True"), (999, "2 True")):
        done = subprocess.run(
            [sys.executable, "-c", RUN_AND_WAIT, str(number)],
            cwd="/",
            env=at.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stdout.strip() == said, done.stderr


def test_a_killed_night_takes_its_crawl_along(web: Web, place: Callable[..., Place]) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(0.2)
        return html(links(*(f"{asked.path}{word}/" for word in WORDS)))

    web.pages["shop.test"] = slow
    at = place()
    run = at.begin("http://shop.test/")
    with subprocess.Popen([sys.executable, "-c", RUN_AND_WAIT, str(run)], env=at.env) as night:
        while web.served.total() < 3:
            time.sleep(0.02)
        night.kill()
    time.sleep(1)
    served = web.served.total()
    time.sleep(1)
    assert web.served.total() == served


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "socks5h://127.0.0.1:9"])
def test_a_proxy_that_sites_cannot_be_crawled_through_is_refused(
    place: Callable[..., Place], proxy: str
) -> None:
    at = place(NET__PROXY=proxy)
    assert "HTTP proxies" in at.crawl(at.begin("http://shop.test/"), code=2)


def test_a_site_that_speaks_no_tls_is_read_without(web: Web, place: Callable[..., Place]) -> None:
    pages = {f"/{word}": html(f"about {word}") for word in WORDS[:2]}
    web.site("plain.test", {"/": html(links(*pages)), **pages})
    at = place()
    run = at.begin("https://plain.test/")
    at.crawl(run)
    outcomes = at.outcomes(run)
    assert outcomes.pop("https://plain.test/") == "connection"
    assert outcomes == {f"http://plain.test{path}": "ok" for path in ("/", *pages)}


def test_a_site_that_answers_nobody_is_asked_both_ways_and_no_more(
    place: Callable[..., Place],
) -> None:
    at = place(CRAWL__TRIES="1")
    run = at.begin("https://closed.test/")
    at.crawl(run)
    both = {f"{scheme}://closed.test/": "connection" for scheme in ("https", "http")}
    assert at.outcomes(run) == both
