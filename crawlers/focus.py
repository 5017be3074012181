"""Which link is worth following: learned online, within one run, from what its links led to.

A link's worth is the expected probability that the page behind it sells drugs. It is told from
the page that the link stands on, from what led there (relevance inherited along the way, halved
at each step: the shark-search of Hersovici et al., 1998), from the yield of the host so far, and
from the words of its anchor and URL, hashed into columns (Weinberger et al., 2009). The weights
begin at values under which the order is sensible and move by logistic regression with AdaGrad
(Duchi et al., 2011), one step for each page fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from math import exp, log, sqrt
from typing import Self
from urllib.parse import unquote, urlsplit
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: What is left of a page's relevance one link further.
INHERITED = 0.5
_COLUMNS = 1 << 12
_MOST_WORDS = 12
_WORD = re.compile(r"[^\W\d_]{2,}")
_RATE = 0.3
#: What AdaGrad's sums of squares begin at: what is believed from the start moves slowly.
_INERTIA, _WORD_INERTIA = 4.0, 0.25
_PRIOR_PAGES = 3.0
#: What a fresh model believes, in the order of ``_dense``.
_BEGINNING = (-3.5, 2.0, 1.0, 2.0, 3.0, 0.5, 0.3)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lead:
    """What is known of a link before it is followed.

    ``selling`` and ``about_drugs`` are the probabilities of the page that it stands on;
    ``inherited`` is the best of what led there, halved at each step; ``anchor`` is its text.
    """

    selling: float = 0.0
    about_drugs: float = 0.0
    inherited: float = 0.0
    anchor: str = ""

    def onward(self, selling: float, about_drugs: float, anchor: str = "") -> Lead:
        """The lead of a link on the page that this lead led to."""
        return Lead(selling, about_drugs, max(selling, INHERITED * self.inherited), anchor)

    def better(self, other: Lead) -> Lead:
        """Two links to one URL taken together."""
        return replace(
            self,
            selling=max(self.selling, other.selling),
            about_drugs=max(self.about_drugs, other.about_drugs),
            inherited=max(self.inherited, other.inherited),
        )


NO_LEAD = Lead()


@dataclass(slots=True)
class Yield:
    """What a host has given: pages scored, the sum of their probabilities, pages that sell."""

    scored: int = 0
    reward: float = 0.0
    selling: int = 0

    def add(self, probability: float, *, sells: bool) -> None:
        """Take in one scored page."""
        self.scored += 1
        self.reward += probability
        self.selling += sells

    def rate(self, prior: float) -> float:
        """Mean probability, drawn towards ``prior`` while little is known."""
        return (self.reward + _PRIOR_PAGES * prior) / (self.scored + _PRIOR_PAGES)


class LinkModel:
    """The weights of one run. Knows nothing of queues or tables."""

    def __init__(self, weights: Floats | None = None, squares: Floats | None = None) -> None:
        size = len(_BEGINNING) + _COLUMNS
        if weights is None or squares is None:
            weights = np.zeros(size)
            weights[: len(_BEGINNING)] = _BEGINNING
            squares = np.full(size, _WORD_INERTIA)
            squares[: len(_BEGINNING)] = _INERTIA
        if weights.shape != (size,) or squares.shape != (size,):
            raise ValueError(f"a link model has {size} weights, not {weights.shape}")
        self._weights, self._squares = weights, squares

    def worth(self, lead: Lead, url: str, depth: int, host: Yield, mean: float) -> float:
        """The expected probability, 0 to 1, that the page at ``url`` sells.

        ``depth`` is the number of links from the host's first page, ``host`` what its host has
        given, ``mean`` the run's mean probability of a page.
        """
        columns, values = _features(lead, url, depth, host, mean)
        return _sigmoid(float(self._weights[columns] @ values))

    def learn(
        self, lead: Lead, url: str, depth: int, host: Yield, mean: float, probability: float
    ) -> None:
        """Take in that the page at ``url`` turned out to sell with ``probability``."""
        columns, values = _features(lead, url, depth, host, mean)
        error = _sigmoid(float(self._weights[columns] @ values)) - probability
        gradient = error * values
        self._squares[columns] += gradient * gradient
        self._weights[columns] -= _RATE * gradient / np.sqrt(self._squares[columns])

    def dump(self) -> bytes:
        """The model as bytes, for ``load``."""
        stream = BytesIO()
        np.savez_compressed(
            stream,
            weights=self._weights.astype(np.float32),
            squares=self._squares.astype(np.float32),
        )
        return stream.getvalue()

    @classmethod
    def load(cls, stored: bytes) -> Self:
        """The model that ``dump`` gave. Raises ValueError for what is none."""
        try:
            with np.load(BytesIO(stored), allow_pickle=False) as arrays:
                return cls(
                    arrays["weights"].astype(np.float64), arrays["squares"].astype(np.float64)
                )
        except (OSError, KeyError, EOFError, ValueError, BadZipFile) as error:
            raise ValueError(f"no link model: {error}") from error


def _features(
    lead: Lead, url: str, depth: int, host: Yield, mean: float
) -> tuple[NDArray[np.int64], Floats]:
    dense = _dense(lead, depth, host, mean)
    words = sorted({_column(kind, word) for kind, word in _words(lead.anchor, url)})
    columns = np.array([*range(len(dense)), *words], dtype=np.int64)
    values = np.array([*dense, *([1 / sqrt(len(words))] * len(words) if words else ())])
    return columns, values


def _dense(lead: Lead, depth: int, host: Yield, mean: float) -> tuple[float, ...]:
    return (
        1.0,
        lead.selling,
        lead.about_drugs,
        lead.inherited,
        host.rate(mean),
        1 / (1 + depth),
        1 / (1 + log(1 + host.scored)),
    )


def _words(anchor: str, url: str) -> Iterator[tuple[str, str]]:
    for word in _WORD.findall(anchor.casefold())[:_MOST_WORDS]:
        yield "anchor", word
    parts = urlsplit(url)
    path = unquote(f"{parts.path} {parts.query}", errors="replace")
    for word in _WORD.findall(path.casefold())[:_MOST_WORDS]:
        yield "path", word
    for word in _WORD.findall((parts.hostname or "").casefold())[:_MOST_WORDS]:
        yield "host", word


def _column(kind: str, word: str) -> int:
    return len(_BEGINNING) + crc32(f"{kind} {word}".encode("utf-8", "replace")) % _COLUMNS


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))
