"""What stands on a rendered page, as HTML and as text: with its frames and its shadow trees.

Frames of the page's own site are put into the HTML as ``srcdoc``, shadow roots as ``template`` with
``shadowrootmode`` (declarative shadow DOM, HTML standard 4.12.3), so that any browser shows the
stored page as it was, and whoever reads its markup finds the text where it stood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, Frame, Page
from playwright.async_api import Error as PlaywrightError

_MOST_DEPTH, _MOST_FRAMES = 3, 20
_MOST_TEXT = 500_000
#: Documents that a page writes itself: nothing is fetched for them.
_OWN_SCHEMES = frozenset({"about", "data", "blob"})
#: Shadow roots that scripts close are opened as well: their reader sees them, and so must we.
OPEN_SHADOWS = """
try {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    return attach.call(this, {...options, mode: "open"});
  };
} catch (e) {}
"""
#: What the page is read with stays the browser's own, so that its scripts do not choose what is
#: kept of it. To be run before them.
OWN_WORDS = """
for (const [owner, names] of [
  [Node, ["childNodes", "textContent"]],
  [Element, ["attachShadow", "outerHTML", "shadowRoot", "querySelectorAll", "checkVisibility"]],
  [HTMLElement, ["innerText"]],
  [Document, ["importNode", "documentElement", "body", "implementation", "querySelectorAll"]],
]) {
  for (const name of names) {
    try {
      const own = Object.getOwnPropertyDescriptor(owner.prototype, name);
      if ("writable" in own) own.writable = false;
      Object.defineProperty(owner.prototype, name, {...own, configurable: false});
    } catch (e) {}
  }
}
"""
#: The tree is copied into a document without scripts, so that nothing of it runs or loads again.
_HTML = """
([inlined, base, longest]) => {
  const inert = document.implementation.createHTMLDocument("");
  const nodes = (top) => top.querySelectorAll ? [top, ...top.querySelectorAll("*")] : [top];
  const copy = (live) => {
    const made = inert.importNode(live, true), copies = nodes(made);
    nodes(live).forEach((one, at) => {
      const found = inlined.find(([frame]) => frame === one);
      if (found) copies[at].setAttribute("srcdoc", found[1]);
      if (!one.shadowRoot) return;
      const template = inert.createElement("template");
      template.setAttribute("shadowrootmode", "open");
      template.content.append(...[...one.shadowRoot.childNodes].map(copy));
      copies[at].prepend(template);
    });
    return made;
  };
  if (!document.documentElement) return "";
  const whole = copy(document.documentElement);
  if (base && !whole.querySelector("base[href]")) {
    const named = inert.createElement("base");
    named.setAttribute("href", base);
    (whole.querySelector("head") || whole).prepend(named);
  }
  const html = whole.outerHTML;
  return html.length > longest ? null : (document.doctype ? "<!DOCTYPE html>" : "") + html;
}
"""
_TEXT = """
longest => {
  const parts = [document.body ? document.body.innerText : ""];
  const look = (under) => {
    for (const one of under.querySelectorAll("*")) {
      if (!one.shadowRoot) continue;
      for (const child of one.shadowRoot.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) parts.push(child.data);
        else if (child instanceof HTMLElement && child.checkVisibility())
          parts.push(child.innerText);
      }
      look(one.shadowRoot);
    }
  };
  look(document);
  return parts.map((part) => part.trim()).filter(Boolean).join("\\n").slice(0, longest);
}
"""


class TooLarge(Exception):
    """The page is larger than it may be."""


@dataclass(slots=True)
class Snapshot:
    """``html`` and ``text`` of a page with its frames; ``left_out`` are frames, by reason."""

    html: str = ""
    text: str = ""
    left_out: Counter[str] = field(default_factory=Counter)


async def take(page: Page, shows: Callable[[str], bool], longest: int) -> Snapshot:
    """What ``page`` shows, in at most ``longest`` bytes of HTML.

    ``shows`` says of a host whether its documents belong to the page. Raises TooLarge, and
    PlaywrightError where the page is gone.
    """
    taking = _Taking(shows, longest)
    html = await taking.html_of(page.main_frame, 0)
    if len(html.encode("utf-8", "replace")) > longest:
        raise TooLarge
    return Snapshot(html, "\n".join(taking.texts)[:_MOST_TEXT], taking.left_out)


class _Taking:
    def __init__(self, shows: Callable[[str], bool], longest: int) -> None:
        self._shows, self._longest = shows, longest
        self._frames = 0
        self.texts: list[str] = []
        self.left_out: Counter[str] = Counter()

    async def html_of(self, frame: Frame, depth: int) -> str:
        """The HTML of ``frame`` with its own frames in it; its text goes to ``texts``."""
        self.texts.append(str(await frame.evaluate(_TEXT, _MOST_TEXT)))
        inlined: list[list[ElementHandle | str]] = []
        for child in frame.child_frames:
            if (found := await self._within(child, depth + 1)) is not None:
                inlined.append(found)
        base = frame.url if depth and frame.url.startswith("http") else ""
        html = await frame.evaluate(_HTML, [inlined, base, self._longest])
        if html is None:
            raise TooLarge
        return str(html)

    async def _within(self, frame: Frame, depth: int) -> list[ElementHandle | str] | None:
        if not self._is_ours(frame):
            return None  # what it would have loaded was refused, and counted then
        if depth > _MOST_DEPTH or self._frames >= _MOST_FRAMES:
            self.left_out["too many frames"] += 1
            return None
        self._frames += 1
        try:
            element = await frame.frame_element()
            if not await element.is_visible():
                self.left_out["frame that is not shown"] += 1
                return None
            return [element, await self.html_of(frame, depth)]
        except PlaywrightError:
            self.left_out["frame that went away"] += 1
            return None

    def _is_ours(self, frame: Frame) -> bool:
        parts = urlsplit(frame.url)
        if parts.scheme in ("http", "https"):
            return self._shows(parts.hostname or "")
        return parts.scheme in _OWN_SCHEMES
