"""Pages on paper: HTML in, PDF out. Nothing is ever fetched for it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse


class Refused(FatalURLFetchingError):  # type: ignore[misc]  # WeasyPrint has no types
    """Something on a page asked for what is neither in it nor ours."""


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Gives ``data:`` and the files below the folder ``own``, where there is one; refuses all else,
    and remembers what it ``refused``, since WeasyPrint goes on without the images that a drawing
    lacks."""

    def __init__(self, own: Path | None = None) -> None:
        super().__init__(allowed_protocols=["data", "file"], allow_redirects=False)
        self._own = own.resolve() if own else None
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Raises Refused for every other address."""
        parts = urlsplit(url)
        ours = parts.scheme == "file" and parts.netloc == "" and self._is_own(unquote(parts.path))
        if parts.scheme != "data" and not ours:
            self.refused.append(url[:200])
            raise Refused(f"not fetched for a PDF: {url[:200]}")
        return super().fetch(url, headers)

    def _is_own(self, path: str) -> bool:
        return self._own is not None and Path(path).resolve().is_relative_to(self._own)


def pdf(html: str, sheet: str, own: Path | None = None) -> bytes:
    """``html`` as PDF by the style ``sheet``, with fonts embedded; no clock and no chance is in it.
    Raises Refused where it asks for anything but ``data:`` and files below ``own``."""
    fetcher = OwnFiles(own)
    style = CSS(string=sheet, url_fetcher=fetcher)
    made: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[style])
    if fetcher.refused:
        raise Refused(f"not fetched for a PDF: {fetcher.refused[0]}")
    return made
