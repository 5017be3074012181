"""One simulated analyst: signs in as people do, and works through the queue over HTTP."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
from django_otp.oath import totp

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_SECRET = re.compile(r'class="secret">([^<]+)<')
_CASE = re.compile(r'<article[^>]*data-case="(\d+)"')
_JSON = {"Accept": "application/json"}
_OK, _REDIRECT, _TAKEN, _REFUSED = 200, 302, 409, 422
#: What is done with a case, by weight; an undo takes the verdict before it back.
_DOES = {"confirm": 42, "dismiss": 35, "skip": 8, "escalate": 4, "hold": 3, "undo": 8}


@dataclass(frozen=True, slots=True)
class Held:
    """A case that somebody had before them, from when it was given until it was let go, seconds of
    the monotonic clock; a bit too short rather than too long."""

    case: int
    person: str
    begun: float
    ended: float


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict that the server took, or took back."""

    case: int
    person: str
    verdict: str
    undone: bool = False


@dataclass(slots=True)
class Shift:
    """What came of one analyst's work; ``wrong`` are answers that should not be,
    ``taken`` cases that somebody else had when a verdict on them was taken back."""

    held: list[Held] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    taken: int = 0
    empty: int = 0


class Analyst:
    """``name`` at ``url``, who thinks ``think`` seconds on average before each step."""

    def __init__(self, url: str, name: str, password: str, think: float) -> None:
        # A connection for each request, as the server in front of a console makes them.
        alone = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(base_url=url, timeout=60, limits=alone)
        self._name, self._password, self._think = name, password, think
        self._draw = Random(name)
        self._token = ""
        self._until = (datetime.now(UTC) + timedelta(days=9)).date()
        self._since: dict[int, float] = {}
        self.shift = Shift()

    def work(self, until: float) -> Shift:
        """The whole shift, to a moment of the monotonic clock. A broken connection is one of the
        things that should not be."""
        try:
            self._sign_in()
            here = self._look()
            while time.monotonic() < until:
                ahead = self._ahead(here)
                here = self._step(here, ahead)
        except httpx.HTTPError as error:
            self.shift.wrong.append(f"{self._name}: {error!r}")
        finally:
            self._client.close()
        return self.shift

    def _sign_in(self) -> None:
        self._get("/sign-in", "sign in")
        self._post("/sign-in", "sign in", name=self._name, password=self._password)
        page = self._get("/enrol", "sign in")
        secret = _SECRET.search(page.text)
        assert secret is not None, page.text[:2000]
        code = f"{totp(b32decode(secret[1].replace(' ', ''))):06d}"
        done = self._post("/enrol", "sign in", code=code)
        if done.status_code != _REDIRECT:
            self.shift.wrong.append(f"{self._name}: enrolling was answered {done.status_code}")

    def _look(self) -> int | None:
        """The case that the queue gives now."""
        page = self._get("/queue", "next case")
        return self._given(page, page.text)

    def _ahead(self, here: int | None) -> int | None:
        """The case after it, while this one is looked at."""
        page = self._post("/queue/ahead", "ahead", case=here or "")
        return self._given(page, page.text)

    def _given(self, answer: httpx.Response, text: str) -> int | None:
        found = _CASE.search(text) if answer.status_code == _OK else None
        if found is None:
            self.shift.empty += 1
            return None
        case = int(found[1])
        self._since.setdefault(case, time.monotonic())
        return case

    def _step(self, here: int | None, ahead: int | None) -> int | None:
        """Something is done with the case at hand; returns the one that is at hand after it."""
        time.sleep(self._draw.expovariate(1 / self._think))
        if here is None:
            return ahead if ahead is not None else self._look()
        what = self._draw.choices([*_DOES], [*_DOES.values()])[0]
        undo = what == "undo"
        self._let_go(here)
        if what == "skip":
            done = self._act(f"/cases/{here}/skip", "skip")
        else:
            verdict = "dismiss" if undo else what
            done = self._act(
                f"/cases/{here}/decide", "verdict", verdict=verdict, jurisdiction="sells_in",
                reason="seen", seconds=3, until=self._until,
            )  # fmt: skip
            if done.status_code == _OK:
                self.shift.said.append(Said(here, self._name, verdict))
        if undo and done.status_code == _OK:
            self._undo(here)
        return ahead if ahead is not None else self._look()

    def _undo(self, case: int) -> None:
        done = self._post("/queue/undo", "undo")
        if done.headers.get("Location", "").endswith(f"/cases/{case}"):
            self.shift.said.append(Said(case, self._name, "dismiss", undone=True))
            if self._post(f"/cases/{case}/keep", "keep").status_code == _OK:
                self._since[case] = time.monotonic()
                self._let_go(case)
                self._act(f"/cases/{case}/skip", "skip")
            else:
                self.shift.taken += 1

    def _let_go(self, case: int) -> None:
        begun = self._since.pop(case, None)
        if begun is not None:
            self.shift.held.append(Held(case, self._name, begun, time.monotonic()))

    def _act(self, address: str, what: str, **values: object) -> httpx.Response:
        done = self._post(address, what, headers=_JSON, **values)
        if done.status_code in {_TAKEN, _REFUSED}:
            self.shift.refused += 1
        return done

    def _get(self, address: str, what: str) -> httpx.Response:
        return self._asked("GET", address, what)

    def _post(
        self, address: str, what: str, headers: dict[str, str] | None = None, **values: object
    ) -> httpx.Response:
        data = {name: str(value) for name, value in values.items()}
        data["csrfmiddlewaretoken"] = self._token
        return self._asked("POST", address, what, data=data, headers=headers)

    def _asked(self, method: str, address: str, what: str, **more: object) -> httpx.Response:
        begun = time.monotonic()
        answer = self._client.request(method, address, **more)  # type: ignore[arg-type]
        self.shift.took.setdefault(what, []).append(time.monotonic() - begun)
        if answer.status_code not in {_OK, _REDIRECT, _TAKEN, _REFUSED}:
            self.shift.wrong.append(f"{self._name}: {method} {address}: {answer.status_code}")
        if found := _TOKEN.search(answer.text):
            self._token = found[1]
        return answer
