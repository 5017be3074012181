"""Redirects: where they may lead, and which source moves by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawlers.circles import LOOP
from crawlers.discovery import outside
from crawlers.entries import Step
from crawlers.fetches import Job
from crawlers.platforms import Platforms
from crawlers.sites import Site
from crawlers.urls import NotFollowed
from domain.errors import KeyFormatError
from domain.targets import TargetKey, is_telegram_link, site_key, telegram_key, url_key


@dataclass(frozen=True, slots=True)
class Moved:
    """The first page of ``site`` redirects to ``to``: None where that is itself again.

    ``stuck`` says why the last redirect on that way was not followed.
    """

    site: Site
    to: TargetKey | None = None
    stuck: str = ""


def mover(way: Sequence[Step], site_of: Callable[[int], Site | None]) -> Site | None:
    """The source whose first page led along ``way`` (see ``entries.way_to``), if one did.

    ``site_of`` gives the source with the target's row id, or None for one that is not crawled.
    """
    for step in way:
        site = site_of(step.target_id)
        if site is not None and step.url == site.entry:
            return site
    return None


def target(
    job: Job, location: str, way: Sequence[Step], platforms: Platforms, most: int
) -> TargetKey:
    """The target that ``job`` redirects to. Raises NotFollowed where none may be.

    A single page (of results, or on a platform) leads to a single page again.
    """
    if job.redirects >= most:
        raise NotFollowed("too many redirects")
    if location == job.url or any(step.url == location for step in way):
        raise NotFollowed(LOOP)
    if is_telegram_link(location):
        try:
            return telegram_key(location)
        except KeyFormatError as error:
            raise NotFollowed("no channel") from error
    if site_key(location) == site_key(job.url):
        return job.site
    host = outside(location, platforms)
    return url_key(location) if job.single else host
