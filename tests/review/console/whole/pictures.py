"""Pictures of the console: of every page for a test, and the best ones for the README.

``python -m tests.review.console.whole.pictures FOLDER`` makes those of the README anew.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import GNUTranslations
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from config.schema import CHECKOUT
from tests.review.console.served import new_record, serving
from tests.review.console.whole.touring import Bus, Tour, visits

LANGUAGES = ("kk", "ru", "en")
LOCALES = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}
#: Of a picture in the README, in bytes.
MOST = 150_000
_NAMES = {"regulator"}  # of a recipient; a group is called so, too
_TEXTS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())  // what says of itself that it is of another language is none of ours
    if (walker.currentNode.parentElement.closest('[lang]').lang === document.documentElement.lang)
      found.push(walker.currentNode.textContent.trim());
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      found.push((one.getAttribute(name) || '').trim());
  return [document.title.split(' · ')[0], ...found].filter(Boolean);
}"""


@dataclass(frozen=True, slots=True)
class Best:
    """A picture of the README: of what, by whom, in which colours, how high, from where on."""

    name: str
    page: str
    who: str = ""
    scheme: str = "light"
    height: int = 900
    at: str = "body"


BEST = (
    Best("queue", "queue", height=1180),
    Best("family", "family", height=1000),
    Best("overview", "overview", scheme="dark", height=1250, at="#weeks"),
    Best("second-review", "second_review"),
    Best("release", "release"),
)


def left_in_english(page: Page, language: str) -> list[str]:
    """Texts on the page that the catalogue of ``language`` has other words for."""
    known = catalogue(language)
    texts: list[str] = page.evaluate(_TEXTS)
    return sorted({text for text in texts if known.get(text, text) != text} - _NAMES)


def catalogue(language: str) -> dict[str, str]:
    """What each whole text without places to fill in is in ``language``."""
    path = CHECKOUT / "review" / "locale" / language / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return {}
    with path.open("rb") as stored:
        found: dict[object, str] = GNUTranslations(stored)._catalog  # type: ignore[attr-defined]
    texts = [key for key in found if isinstance(key, str) and key and "%(" not in key]
    return {key.rpartition("\x04")[2]: found[key] for key in texts}


def is_blank(png: bytes) -> bool:
    """Whether hardly anything but one colour is to be seen."""
    picture = Image.open(io.BytesIO(png)).reduce(2).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, 450)))
    colours = picture.getcolors(picture.width * picture.height) or []
    most = max(number for number, _ in colours)
    return len(colours) < 16 or most > 0.995 * picture.width * picture.height


def readme_pictures(folder: Path, tour: Tour) -> Iterator[Path]:
    """Make the best pictures, in Russian, and give their paths."""
    by_name = {visit.name: visit for visit in visits(tour.house)}
    for best in BEST:
        visit = by_name[best.page]
        size = {"width": 1280, "height": best.height}
        options = {"viewport": size, "color_scheme": best.scheme, "locale": LOCALES["ru"]}
        with tour.signed_in(best.who or visit.who, "ru", **options) as page:
            page.goto(visit.address)
            if best.page == "queue":
                page.keyboard.press("c")
                page.keyboard.press("1")
            page.locator(best.at).evaluate("(one) => scrollTo(0, one.offsetTop - 12)")
            path = folder / f"console-{best.name}.webp"
            Image.open(io.BytesIO(page.screenshot())).save(path, quality=82, method=6)
            path.chmod(0o644)
            yield path


def main(folder: Path) -> None:
    """Make the pictures of the README in ``folder``."""
    with tempfile.TemporaryDirectory() as work:
        empty = new_record(Path(work) / "empty")
        with serving(empty, Path(work) / "data") as house:
            bus = Bus(house, house.seed("made_up"))
            try:
                made = bus.run(lambda tour: [*readme_pictures(folder, tour)])
            finally:
                bus.stop()
    for path in made:
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
