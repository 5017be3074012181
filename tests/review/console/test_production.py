"""The console in production: behind HTTPS, and not at all without a secret of its own."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from config.schema import CHECKOUT
from tests.people import PASSWORD
from tests.review.console.served import Served, serving

SECRET = "a secret that is long enough for nobody to guess it, of 64 and more letters"
PRODUCTION = {
    "NARCOWATCH_PRODUCTION": "true",
    "NARCOWATCH_SECRET_KEY": SECRET,
    "NARCOWATCH_REVIEW__HTTPS": "true",
}
IN_FRONT = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def console(empty_record: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("production") / "data"
    with serving(empty_record, folder, **PRODUCTION) as served:
        served.seed("people", "analyst1:analyst")
        yield served


def ask(
    console: Served, method: str, where: str, body: str = "", **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(urlsplit(console.url).netloc, timeout=30)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, where, body, {**IN_FRONT, **form, **headers})
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def test_browsers_are_told_to_come_by_https_alone(console: Served) -> None:
    answer, _ = ask(console, "GET", "/sign-in")
    told = answer.headers["Strict-Transport-Security"]
    assert int(re.findall(r"max-age=(\d+)", told)[0]) >= 31_536_000
    assert "includeSubDomains" in told


def test_cookies_go_by_https_alone_and_to_no_script(console: Served) -> None:
    answer, page = ask(console, "GET", "/sign-in")
    kept = SimpleCookie(answer.headers["Set-Cookie"])
    token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)[0]
    form = urlencode({"name": "analyst1", "password": PASSWORD, "csrfmiddlewaretoken": token})
    own = {"Cookie": f"narcowatch_session={kept['narcowatch_session'].value}"}
    home = console.url.replace("http://", "https://")
    refused, _ = ask(console, "POST", "/sign-in", form, **own, Origin="https://evil.test")
    assert refused.status == 403
    answer, _ = ask(console, "POST", "/sign-in", form, **own, Origin=home)
    assert (answer.status, answer.headers["Location"]) == (302, "/code")
    said = urlencode({"language": "kk", "csrfmiddlewaretoken": token})
    spoken, _ = ask(console, "POST", "/language", said, **own, Origin=home)
    for one in (*answer.headers.get_all("Set-Cookie"), *spoken.headers.get_all("Set-Cookie")):
        name, _, flags = one.partition("=")
        for flag in ("Secure", "HttpOnly", "SameSite=Strict"):
            assert flag in flags, f"{name} without {flag}"
        assert "Domain=" not in flags


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("NARCOWATCH_SECRET_KEY", "secret_key: must be set in production"),
        ("NARCOWATCH_REVIEW__HTTPS", "review.https must be true"),
    ],
)
def test_it_does_not_start_without(empty_record: Path, without: str, said: str) -> None:
    environ = {**PRODUCTION, "NARCOWATCH_DATA_DIR": str(empty_record), "NARCOWATCH_CONFIG": ""}
    del environ[without]
    done = subprocess.run(
        [sys.executable, "-m", "nightly.cli", "console", "--listen", "127.0.0.1:1"],
        env={**environ, "PATH": "/usr/bin:/bin"}, cwd=CHECKOUT, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert said in done.stderr
