"""Every page of the console that a browser can open by its address, over the made-up record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cases.people import Role
from crawlers.rendering import sandbox
from review.console import table
from review.console.table import Signed
from tests.review.console.served import Served

T = TypeVar("T")
#: Who opens a page, the first that may.
_WHO = {
    Role.ANALYST: "analyst1", Role.SUPERVISOR: "supervisor1", Role.AUDITOR: "auditor1",
    Role.OPERATOR: "operator1", Role.REGULATOR: "regulator1", Role.ADMINISTRATOR: "admin1",
}  # fmt: skip
_SESSIONS = {"sign_in": "", "enrol": "enrolling", "code": "between", "password": "analyst1"}
#: What answers with a file or a picture.
FILES = {
    "dossier_file", "export_answers_csv", "openapi", "own_blank", "own_file", "overview_csv",
    "overview_pdf", "request_letter", "export_letter", "never_block_csv", "screenshot",
    "second_review_csv", "transparency_file",
}  # fmt: skip
#: The made-up record of the tour is another one (see ``tests.review.demo``).
ELSEWHERE = {"tour"}
_ASKED = {"search": "?q=мефедрон", "own_answer": "?entry={entry}", "overview": "?weeks=12"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A page with its address, and who opens it; nobody for one before signing in."""

    name: str
    address: str
    who: str


def visits(house: Served) -> list[Visit]:
    """One visit to every page of the table that answers to GET with a page."""
    known = _known(house)
    return [
        Visit(page.name, _address(page.route, page.name, known), _who(page))
        for page in table.PAGES
        if "GET" in page.methods and page.name not in FILES | ELSEWHERE
    ]


def _who(page: table.Page) -> str:
    if page.name in {"restricted", "restricted_case"}:
        return "auditor1"  # named as a reader of it
    if page.signed is not Signed.FULLY:
        return _SESSIONS[page.name]
    return next(name for role, name in _WHO.items() if role in page.roles)


def _address(route: str, name: str, known: Mapping[str, object]) -> str:
    """Raises KeyError for a part of a route of which ``_known`` has none yet."""
    own = {part: known.get(f"{name}.{part}", known.get(part)) for part in _parts(route)}
    assert None not in own.values(), f"tell `touring._known` what {name} is opened with: {own}"
    path = re.sub(r"<\w+:(\w+)>", lambda part: str(own[part[1]]), route)
    return f"/{path}{_ASKED.get(name, '').format(**known)}"


def _parts(route: str) -> list[str]:
    return re.findall(r"<\w+:(\w+)>", route)


def _known(house: Served) -> dict[str, object]:
    def one(query: str, *values: object) -> object:
        return house.rows(query, *values)[0][0]

    case = one("select case_id from cases_screenshot order by 1 limit 1")
    shot = "select id from cases_screenshot where case_id = ?"
    mirror = one("select min(c.id) from cases_case c where family_id is not null")
    texts = "select d.id from cases_documentrow d join cases_case c using (target_id) where c.id=?"
    one_text, other = (row[0] for row in house.rows(f"{texts} order by 1 limit 2", mirror))
    _ASKED["difference"] = f"?one={one_text}&other={other}"
    return {
        "case_id": case,
        "shot_id": one(shot, case),
        "history.case_id": mirror,
        "difference.case_id": mirror,
        "family_id": one("select max(id) from cases_family"),
        "search_id": one("select max(id) from review_savedsearch"),
        "request_id": _dashed(str(one("select min(request_id) from blocking_order"))),
        "entry": _dashed(str(one("select max(request_id) from blocking_order"))),
        "export_id": one("select max(id) from blocking_export where state = 'released'"),
        "release.export_id": one("select max(id) from blocking_export where state = 'built'"),
        "dossier_id": one("select max(id) from review_dossierrow"),
        "case_dossier.case_id": one(
            "select min(id) from cases_case where state = 'requested' and not restricted"
        ),
        "appeal_id": one("select max(id) from blocking_appeal where state = 'open'"),
        "entry_id": one("select min(id) from blocking_protectedname"),
        "restricted_case.case_id": one("select min(id) from cases_case where restricted"),
        "receipt_id": one("select max(id) from blocking_receipt"),
        "number": one("select max(number) from blocking_export where state = 'released'"),
    }


def _dashed(digits: str) -> str:
    return "-".join(digits[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))


class Tour:
    """One browser for many pages, in a thread of its own (see ``browsing``)."""

    def __init__(self, house: Served, keys: Mapping[str, str], browser: Browser) -> None:
        self.house, self._keys, self._browser = house, keys, browser

    @contextmanager
    def signed_in(self, who: str, language: str = "ru", **options: object) -> Iterator[Page]:
        """A page of ``who`` in a context of its own."""
        context: BrowserContext = self._browser.new_context(base_url=self.house.url, **options)
        cookies = {"narcowatch_language": language}
        if who:
            cookies["narcowatch_session"] = self._keys[who]
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.house.url}
                for name, value in cookies.items()
            ]
        )
        try:
            yield context.new_page()
        finally:
            context.close()

    def at(self, house: Served) -> Tour:
        """The same browser and people at another console."""
        return Tour(house, self._keys, self._browser)

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()


class Bus:
    """Runs what needs the browser where the browser is."""

    def __init__(self, house: Served, keys: Mapping[str, str]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._playwright = self._pool.submit(lambda: sync_playwright().start()).result()
        self.tour = Tour(house, keys, self._pool.submit(self._launch).result())
        self.house = house

    def _launch(self) -> Browser:
        return self._playwright.chromium.launch(
            executable_path=sandbox.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )

    def run(self, what: Callable[[Tour], T]) -> T:
        """What ``what`` makes of the tour."""
        return self._pool.submit(what, self.tour).result()

    def stop(self) -> None:
        """Close the browser."""
        self._pool.submit(self.tour.close).result()
        self._pool.submit(self._playwright.stop).result()
        self._pool.shutdown()
