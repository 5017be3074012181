"""From a night's finds to a regulator's receipt, as six people live it in their browsers."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, Page, expect

from config.schema import CHECKOUT
from tests.review.console.browsing import browse, somebody_else
from tests.review.console.served import Served
from tests.review.console.test_story import enrolled, signed_in

COUNT = 20
PEOPLE = {
    "analyst1": "analyst", "analyst2": "analyst", "analyst3": "analyst",
    "supervisor1": "supervisor", "regulator1": "regulator", "auditor1": "auditor",
}  # fmt: skip
SAID_BY_FIRST = "analyst1|prices as in"
WHY = "a garden centre, nothing is sold"
#: As a browser takes a day that is typed.
IN_A_YEAR = f"{datetime.now(UTC) + timedelta(days=300):%m%d%Y}"


def at_hand(page: Page) -> str:
    """The number of the case in the queue."""
    return page.locator("article.case").get_attribute("data-case") or ""


def press(page: Page, *keys: str) -> None:
    """Keys one after another; more than one letter that is no name of a key is typed."""
    for key in keys:
        if len(key) == 1 or key[0].isupper():
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def sent(page: Page, *keys: str) -> str:
    """What the console says to a verdict given with these keys; the next case has come."""
    before = at_hand(page)
    press(page, *keys, "Control+Enter")
    expect(page.locator(f'article.case[data-case="{before}"]')).to_have_count(0)
    return page.locator("#said").inner_text()


def a_shift(page: Page) -> dict[str, list[str]]:
    """Twenty cases by keyboard: which of them went which way."""
    went: dict[str, list[str]] = {way: [] for way in ("c", "d", "e", "h", "s")}
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    went["c"].append(first := at_hand(page))
    press(page, "n", "prices as in the spring", "Control+Enter")
    expect(page.locator(".note", has_text="prices as in the spring")).to_be_visible()
    assert at_hand(page) == first
    assert sent(page, "c", "1") == f"Confirmed: case {first}."

    went["c"].append(second := at_hand(page))
    assert sent(page, "d", "not about drugs") == f"Dismissed: case {second}."
    page.locator("body").press("u")
    expect(page.get_by_text(f"Taken back: case {second}.")).to_be_visible()
    press(page, "c", "2", "Control+Enter")
    expect(page).to_have_url(re.compile("/queue$"))

    went["h"].append(held := at_hand(page))
    press(page, "h", "an investigation is under way", "Tab")
    page.keyboard.type("analyst3")
    assert sent(page, "Tab", IN_A_YEAR) == f"Held: case {held}."
    went["e"].append(escalated := at_hand(page))
    assert sent(page, "e", "a language that i cannot read") == f"Escalated: case {escalated}."
    went["s"].append(skipped := at_hand(page))
    press(page, "s")
    expect(page.locator(f'article.case[data-case="{skipped}"]')).to_have_count(0)
    expect(page.get_by_text(f"Left to others: case {skipped}.")).to_be_visible()
    for number in range(5, COUNT):
        way = "d" if number % 5 == 0 else "c"
        went[way].append(at_hand(page))
        sent(page, "d", WHY) if way == "d" else sent(page, "c", str(number % 3 + 1))
    expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()
    return went


def said(who: str, what: str) -> re.Pattern[str]:
    """A verdict as a case page tells it, with the minute of it."""
    return re.compile(rf"{who} \d{{4}}-\d\d-\d\d \d\d:\d\d: {what}")


def source_of(page: Page) -> str:
    """The page's source but for the names of those who can own a hold."""
    source: str = page.evaluate(
        """() => {
          const copy = document.documentElement.cloneNode(true);
          copy.querySelectorAll("[name=owner]").forEach((one) => one.remove());
          return copy.outerHTML;
        }"""
    )
    return source


def blindly(page: Page, others: str, *, dismissed: int = 0) -> Iterator[str]:
    """Decide all that waits, the first so many as not selling; before it nothing of the ``others``
    is to be seen, not even in the page's source."""
    number = 0
    while page.locator("article.case").count():
        case = at_hand(page)
        assert not re.search(others, source_of(page)), f"case {case} shows what others said"
        sent(page, "d", WHY) if number < dismissed else sent(page, "c", "1")
        number += 1
        yield case


def decide_family(page: Page) -> int:
    """Tick three of the family's cases and confirm them. The number of the case left."""
    page.goto("/queue")
    page.get_by_role("link", name=re.compile(r"^Family \d+$")).click()
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(4)
    for at in range(3):
        boxes.nth(at).check()
    left = boxes.nth(3).get_attribute("value")
    page.get_by_label("Confirm").check()
    page.get_by_label("sells in the country").check()
    page.get_by_role("button", name="Decide those ticked").click()
    expect(page.get_by_text("3 cases decided.")).to_be_visible()
    return int(left or 0)


def release(page: Page) -> None:
    """A supervisor lets the export out, after what changes and what the gate says."""
    page.get_by_role("link", name="Exports").click()
    page.get_by_role("link", name="regulator/1").click()
    page.get_by_role("link", name="To the release").click()
    order = [
        page.get_by_role("heading", name="What it begins with"),
        page.get_by_role("heading", name="What the gate says now"),
        page.get_by_text("Nothing speaks against it."),
        page.get_by_role("button", name="Release"),
    ]
    heights = [(one.bounding_box() or {})["y"] for one in order]
    assert heights == sorted(heights)
    page.get_by_label("I have looked at what changes.").check()
    page.get_by_label("Type regulator/1").fill("regulator/1")
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".state", has_text="released")).to_be_visible()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=name, exact=True).click()
    told: Download = started.value
    return Path(told.path()).read_bytes()


def answer(page: Page) -> int:
    """The regulator takes the files and accepts every entry with a file. How many there were."""
    page.get_by_role("link", name="1", exact=True).click()
    for name in ("register.csv", "manifest.json", "block.rpz"):
        row = page.get_by_role("row", name=name)
        there = hashlib.sha256(downloaded(page, name)).hexdigest()
        assert there in row.inner_text()
    blank = downloaded(page, "A file to answer in").decode("utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(blank))]
    for row in rows:
        row["answer"] = "accepted"
    filled = io.StringIO()
    writer = csv.DictWriter(filled, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    page.get_by_role("link", name="Answer", exact=True).click()
    file = {"name": "answers.csv", "mimeType": "text/csv", "buffer": filled.getvalue().encode()}
    page.get_by_label("File", exact=True).set_input_files([file])
    page.get_by_role("button", name="Send").first.click()
    expect(page.get_by_text(f"taken: {len(rows)}")).to_be_visible()
    return len(rows)


def export(house: Served) -> None:
    """What a night does with confirmed cases, by the command."""
    subprocess.run(
        [sys.executable, "-m", "nightly.cli", "export", "--recipient", "regulator"],
        env=house.environ, cwd=CHECKOUT, check=True, capture_output=True,
    )  # fmt: skip


def test_from_the_night_to_the_receipt(console: Served) -> None:
    assert console.seed("first_night") == COUNT
    console.seed("people", *(f"{name}:{group}" for name, group in PEOPLE.items()))
    console.seed("belonging", "regulator1", "regulator")
    seen: dict[str, Any] = {}

    def reviewed(first: Page) -> None:
        signed_in(first, "analyst1")
        seen["went"] = a_shift(first)
        second, third = somebody_else(first), somebody_else(first)
        signed_in(second, "analyst2")
        disputed, *seen["second"] = blindly(second, SAID_BY_FIRST, dismissed=1)
        assert disputed in seen["went"]["c"]
        second.goto(f"/cases/{disputed}")
        expect(second.get_by_text(said("analyst1", "sells drugs"))).to_be_visible()
        signed_in(third, "analyst3")
        seen["third"] = [*blindly(third, f"analyst2|{SAID_BY_FIRST}")]
        assert disputed in seen["third"]
        third.goto(f"/cases/{disputed}")
        for who, what in (("analyst1", "sells drugs"), ("analyst2", "does not sell drugs")):
            expect(third.get_by_text(said(who, what))).to_be_visible()
        console.seed("second_night")
        seen["left"] = decide_family(first)
        assert decide_family(second) == seen["left"]
        export(console)

    def closed(first: Page) -> None:
        enrolled(first, "supervisor1")
        release(first)
        second, third = somebody_else(first), somebody_else(first)
        enrolled(second, "regulator1")
        seen["answered"] = answer(second)
        first.goto("/requests")
        first.get_by_role("row", name="zerkalo0[.]test").get_by_role("link").last.click()
        expect(first.get_by_role("heading", name="Blocking: ordered")).to_be_visible()
        first.get_by_role("link", name="Overview").click()
        row = first.get_by_role("row", name="ordered: accepted by the recipient")
        expect(row.get_by_role("cell")).to_have_text(str(seen["answered"]))
        enrolled(third, "auditor1")
        third.get_by_role("link", name="Audit", exact=True).click()
        third.get_by_role("button", name="Verify the chain").click()
        expect(third.get_by_text("The chain holds")).to_be_visible()

    browse(reviewed, console.url)
    browse(closed, console.url)
    went = seen["went"]
    assert sorted(int(case) for way in went.values() for case in way) == [*range(1, COUNT + 1)]
    check_record(console, went, seen)


def check_record(console: Served, went: dict[str, list[str]], seen: dict[str, Any]) -> None:
    """The record says what the six did, and the chain does."""
    said = dict(console.rows("select action, count(*) from cases_auditevent group by 1"))
    confirmed = len(went["c"]) + len(seen["second"]) + len(seen["third"]) + 2 * 3
    assert said["decision.confirm"] == confirmed
    assert said["decision.dismiss"] == len(went["d"]) + 1 + 1  # one undone, one disputed
    told = {
        "undo.dismiss": 1, "decision.escalate": 1, "decision.hold": 1, "note.written": 1,
        "person.second_factor": 6, "export.built": 1, "export.released": 1,
        "export.downloaded": 3, "receipt.received": 1, "orders.moved": 1,
    }  # fmt: skip
    assert {name: said.get(name) for name in told} == told
    states = Counter(dict(console.rows("select state, count(*) from cases_case group by 1")))
    assert states == {
        "requested": seen["answered"], "dismissed": len(went["d"]), "on_hold": 1, "in_review": 1,
    }  # fmt: skip
    assert console.rows("select state, count(*) from blocking_order group by 1") == [
        ("accepted", seen["answered"])
    ]
    held = console.rows(
        "select p.username, hold_reason from cases_case c join cases_person p "
        "on p.id = c.hold_owner_id"
    )
    assert held == [("analyst3", "an investigation is under way")]
    assert console.rows("select state from cases_case where id = ?", seen["left"]) == [
        ("in_review",)
    ]
    alone = console.rows(
        "select case_id from cases_decisionrow where undone_at is null "
        "group by case_id, review_round, person_id having count(*) > 1"
    )
    assert alone == []
