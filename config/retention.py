"""The settings of how long each class of data is kept."""

from __future__ import annotations

from config.section import Section, key


def _days(default: int, what: str) -> int:
    days: int = key(default, f"How long {what}.", "days", ge=1, le=36_500)
    return days


class Retention(Section):
    """At least a day: a night that died is taken up again, and needs what it had."""

    pages_days: int = _days(
        90, "pages of sites are kept that nobody was asked about (new, screened out)"
    )
    posts_days: int = _days(90, "posts of channels are kept that nobody was asked about")
    dismissed_days: int = _days(180, "pages and posts of a dismissed case are kept, from then on")
    ended_days: int = _days(
        1095,
        "all evidence of a case that was confirmed is kept after its end: expired, lifted, "
        "withdrawn, or dismissed afterwards",
    )
    screenshots_days: int = _days(180, "screenshots are kept where no confirmed case needs them")
    images_days: int = _days(30, "images of posts are kept where no confirmed case needs them")
    journals_days: int = _days(30, "journals of requests are kept, those through accounts included")
    logs_days: int = _days(90, "lines of the log are kept")
    account_requests_days: int = _days(90, "it is kept how many requests an account sent when")
    tips_days: int = _days(
        365, "notes that came with tips are kept where no confirmed case has them"
    )
    dossiers_days: int = _days(
        365, "archives of dossiers are kept; who had them, and their digests, stay"
    )
