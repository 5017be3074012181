"""What must hold of a page in a browser, for whoever uses it and however they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 768)  # a small screen at a desk, and a tablet held upright
SCHEMES = ("light", "dark")
_HIGH = 900
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE = Axe()
#: Tab is pressed no oftener than this on one page.
_MOST_TABS = 400
#: What Tab must reach, numbered; of radio buttons of one name one is reached for all. Sections
#: that scroll are reached too, though nothing says so in them where they do not need to.
_NUMBER = """() => {
  const seen = new Set();
  const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.disabled);
  const own = all.filter((one) => {
    if (one.type !== 'radio') return true;
    const name = (one.form ? one.form.action : '') + one.name;
    return !seen.has(name) && seen.add(name);
  });
  own.forEach((one, number) => { one.dataset.reach = String(number); });
  return own.map((one) => one.outerHTML.slice(0, 120));
}"""
_AT = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const group = one.type === 'radio'
    ? [...document.querySelectorAll(`[name="${one.name}"]`)].find((o) => 'reach' in o.dataset
        && o.form === one.form) : one;
  const box = one.getBoundingClientRect();
  return {
    reach: group && group.dataset.reach, body: one === document.body,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
    html: one.outerHTML.slice(0, 120),
  };
}"""
_FOCUSED = "document.activeElement !== document.body"
_MOVING = """() => [...document.querySelectorAll('*')].filter((one) => {
  const style = getComputedStyle(one);
  return [style.transitionDuration, style.animationDuration].join().match(/[1-9]/);
}).map((one) => one.outerHTML.slice(0, 120))"""


def broken_rules(page: Page) -> Iterator[str]:
    """What axe finds on the page as it is, in every scheme and at every width, all opened up."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate("document.activeElement.blur()")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": _HIGH})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found = _AXE.run(page, options={"runOnly": list(_RULES), "resultTypes": ["violations"]})
            yield from (f"{width} {scheme} {line}" for line in _told(found.response))


def _told(response: dict[str, Any]) -> Iterator[str]:
    for rule in response["violations"]:
        for node in rule["nodes"]:
            yield f"{rule['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"


def doubled_ids(page: Page) -> list[str]:
    """Names of parts that two parts have: labels and links come to one of them alone."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('[id]')].map((one) => one.id)
        .filter((id, at, all) => all.indexOf(id) !== at)"""
    )
    return found


def overflowing(page: Page) -> Iterator[str]:
    """Widths at which the page as a whole scrolls sideways (WCAG 1.4.10)."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": _HIGH})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{wide} pixels at {width}"


def unreachable(page: Page) -> Iterator[str]:
    """What the keyboard does not get to, or where it is not seen to be; where it is caught."""
    page.set_viewport_size({"width": WIDTHS[0], "height": _HIGH})
    wanted = page.evaluate(_NUMBER)
    reached, before, first = set[str](), "", not page.evaluate(_FOCUSED)
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(_AT)
        if at["body"]:  # past the last one: it begins anew
            first = True
            continue
        if first and 'href="#main"' not in at["html"]:
            yield f"Tab first comes to {at['html']} and not to the way to the content"
        first = False
        if at["html"] != before and at["reach"] in reached:
            break  # a field of a date takes several
        if not (at["ring"] and at["seen"]):
            yield f"not seen to have the focus: {at['html']}"
        if at["reach"] is not None:
            reached.add(at["reach"])
        before = at["html"]
    yield from (
        f"not reached: {html}" for number, html in enumerate(wanted) if str(number) not in reached
    )


def moving(page: Page) -> list[str]:
    """What moves although its reader asked for less of it."""
    page.emulate_media(reduced_motion="reduce")
    found: list[str] = page.evaluate(_MOVING)
    return found


def without_edges(page: Page) -> list[str]:
    """Fields and buttons without an edge where a page has the system's colours alone."""
    page.emulate_media(forced_colors="active")
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([type=hidden]), select')]
        .filter((one) => one.checkVisibility() && getComputedStyle(one).borderStyle === 'none'
          && !one.matches('[type=radio], [type=checkbox], .shot'))
        .map((one) => one.outerHTML.slice(0, 120))"""
    )
    page.emulate_media(forced_colors="none")
    return found
