"""Pages on paper: HTML in, PDF out. Nothing is ever fetched for it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

_OWN = (Path(__file__).parent / "static").resolve()
_SHEET = _OWN / "console" / "paper.css"


class Refused(FatalURLFetchingError):  # type: ignore[misc]  # WeasyPrint has no types
    """Something on a page asked for what is neither in it nor ours."""


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Gives ``data:`` and the files that come with the console; refuses all else, and remembers
    what it ``refused``, since WeasyPrint goes on without the images that a drawing lacks."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data", "file"], allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Raises Refused for every other address."""
        parts = urlsplit(url)
        own = parts.scheme == "file" and parts.netloc == "" and _is_own(unquote(parts.path))
        if parts.scheme != "data" and not own:
            self.refused.append(url[:200])
            raise Refused(f"not fetched for a PDF: {url[:200]}")
        return super().fetch(url, headers)


def pdf(html: str) -> bytes:
    """``html`` as PDF, by the console's own style sheet for paper. Raises Refused where it asks for
    anything from outside."""
    fetcher = OwnFiles()
    sheet = CSS(string=_SHEET.read_text(encoding="utf-8"), url_fetcher=fetcher)
    made: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[sheet])
    if fetcher.refused:
        raise Refused(f"not fetched for a PDF: {fetcher.refused[0]}")
    return made


def _is_own(path: str) -> bool:
    return Path(path).resolve().is_relative_to(_OWN)
