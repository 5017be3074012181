"""Sentences that the record and its rules have in English, in the reader's language.

They are written once, into the audit chain, into requests and into refusals, and stay as they are;
pages say them again here. A sentence that no pattern knows is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from review.vocabulary import INDICATORS, called

#: Groups of a pattern that are no names or numbers, with what is made of them.
_AS: Mapping[str, Callable[[str], str]] = {
    "state": lambda code: called(code, "state"),
    "verdict": lambda code: called(code, "verdict"),
    "activity": lambda code: called(code, "activity"),
    "why": lambda text: in_their_language(text),
    "how": lambda text: in_their_language(text),
    "ties": lambda text: "; ".join(_tie(one) for one in text.split("; ")),
    "contacts": lambda text: ", ".join(_tie(one) for one in text.split(", ")),
}
_N = r"[\d., ]+"
_CONTACT = rf"(?:{'|'.join(map(re.escape, INDICATORS))}) [^,]+"


def _phrases(*pairs: tuple[str, Any]) -> tuple[tuple[re.Pattern[str], Any], ...]:
    return tuple((re.compile(pattern, re.DOTALL), text) for pattern, text in pairs)


_QUEUED = _phrases(
    (
        r"score (?P<score>[\d.]+), threshold (?P<threshold>[\d.]+), model (?P<model>\w+)",
        _("score %(score)s, asked about from %(threshold)s on, model %(model)s"),
    ),
    (
        r"score (?P<score>[\d.]+), near copy of (?P<other>.+)",
        _("score %(score)s, near copy of %(other)s"),
    ),
    (
        r"sells, score (?P<score>[\d.]+), (?P<share>\d+%) of it new since the decision",
        _("sells, score %(score)s, %(share)s of it new since the decision"),
    ),
    (
        r"(?P<verdict>\w+): like (?P<target>.+?) \(case (?P<case>\d+), (?P<state>\w+)\), "
        r"(?P<ties>.+)",
        _("%(verdict)s: like %(target)s (case %(case)s, %(state)s), %(ties)s"),
    ),
)
_SCOPES = _phrases(
    (
        r"(?P<share>\d+%) of the pages seen sell; the host stands for one shop",
        _("%(share)s of the pages seen sell; the host stands for one shop"),
    ),
    (
        r"(?P<share>\d+%) of the pages seen sell; www is another name of the domain",
        _("%(share)s of the pages seen sell; www is another name of the domain"),
    ),
    (
        r"(?P<why>.+); (?P<left>\d+) left out \(not exact, or more than (?P<most>\d+)\)",
        _("%(why)s; %(left)s left out (not exact, or more than %(most)s)"),
    ),
    (r"(?P<why>.+); only the pages that sell", _("%(why)s; only the pages that sell")),
    (
        r"(?P<share>\d+%) of the host's pages sell, less than (?P<least>\d+%): only the pages that "
        r"do",
        _("%(share)s of the host's pages sell, less than %(least)s: only the pages that do"),
    ),
    (
        r"(?P<host>\S+) is an address, which others may share",
        _("%(host)s is an address, which others may share"),
    ),
    (
        r"a group in which others write, too: only messages that advertise",
        _("a group in which others write, too: only messages that advertise"),
    ),
    (
        r"a channel is taken down by its platform",
        _("a channel is taken down by its platform"),
    ),
    (
        r"an onion cannot be blocked by name or URL: a notice for recipients",
        _("an onion cannot be blocked by name or URL: a notice for recipients"),
    ),
    (r"the case is about this exact URL", _("the case is about this exact URL")),
)
_FINDINGS = _phrases(
    (
        r"(?P<host>\S*?)(?P<colon>:? ?)is the platform (?P<name>.+?): a block would hit everybody "
        r"on it(?P<code>( \[\w+\])?)",
        _("%(host)s%(colon)sis the platform %(name)s: a block would hit everybody on it%(code)s"),
    ),
    (
        r"(?P<host>\S*?)(?P<colon>:? ?)is on the never-block list: (?P<name>.+?)"
        r"(?P<code>( \[\w+\])?)",
        _("%(host)s%(colon)sis on the never-block list: %(name)s%(code)s"),
    ),
    (
        r"(?P<host>\S*?)(?P<colon>:? ?)looks like a protected name: (?P<name>.+?)"
        r"(?P<code>( \[\w+\])?)",
        _("%(host)s%(colon)slooks like a protected name: %(name)s%(code)s"),
    ),
    (
        r"is the first page of a shared or protected host, not one page of it",
        _("is the first page of a shared or protected host, not one page of it"),
    ),
    (
        r"would block the canary (?P<name>.+) or part of it",
        _("would block the canary %(name)s or part of it"),
    ),
    (r"would block (?P<names>.+) too", _("would block %(names)s too")),
    (r"looks like (?P<name>.+); nobody gave a reason", _("looks like %(name)s; without a reason")),
    (r"(?P<why>.+); nobody gave a reason", _("%(why)s; without a reason")),
    (
        r"nothing to block: an empty list would unblock everything that is in force",
        _("nothing to block: an empty list would unblock everything that is in force"),
    ),
    (
        r"(?P<number>\d+) does not rise above (?P<before>\d+), which is in force",
        _("%(number)s does not rise above %(before)s, which is in force"),
    ),
    (
        r"(?P<added>\d+) added and (?P<removed>\d+) removed against release (?P<before>\d+) of "
        r"(?P<all>\d+) entries: at most (?P<most>\d+) may change at once \((?P<bounds>.+)\)",
        _(
            "%(added)s added and %(removed)s removed against release %(before)s of %(all)s "
            "entries: at most %(most)s may change at once"
        ),
    ),
)
_REFUSALS = _phrases(
    (
        r"you have decided this case already: another person must",
        _("you have decided this case already: another person must"),
    ),
    (
        r"case (?P<case>\d+) is (?P<state>\w+): only a case in review can be decided",
        _("Case %(case)s is now “%(state)s”: only a case in review can be decided."),
    ),
    (
        r"case (?P<case>\d+): (?P<why>.+); confirming it needs a written reason",
        _("Case %(case)s: %(why)s; confirming it needs a written reason."),
    ),
    (
        r"case (?P<case>\d+): nothing of yours that can still be undone",
        _("Case %(case)s: nothing of yours that can still be undone."),
    ),
    (
        r"case (?P<case>\d+) went on since: what led there cannot be undone",
        _("Case %(case)s went on since: what led there cannot be undone."),
    ),
    (
        r"the owner of a hold is somebody who decides cases",
        _("the owner of a hold is somebody who decides cases"),
    ),
    (r"a hold needs an end date in the future", _("Give the last day of the hold, after today.")),
    (
        r"export (?P<name>\S+)(?: \(\w+\))? does not wait for release: it is (?P<as>\w+)",
        _("Export %(name)s does not wait for release any more."),
    ),
    (
        r"export (?P<name>\S+)(?: \(\w+\))? must not be released \((?P<n>\d+) findings\):.*",
        _("Export %(name)s must not be released: the gate has objections (%(n)s)."),
    ),
    (
        r"a name is 2 to 60 small letters.+",
        _("A name has 2 to 60 small letters a-z, digits and . _ - in it."),
    ),
    (
        r"there is a person called '(?P<name>.+)' already",
        _("There is a person called %(name)s already."),
    ),
)
_CHANNELS = _phrases(
    *(
        (name, text)
        for name, text in {
            "channel is": pgettext_lazy("of a channel", "channel is"),
            "public group": pgettext_lazy("of a channel", "public group"),
            "they are": pgettext_lazy("of a channel", "they are"),
            "their messages": pgettext_lazy("of a channel", "their messages"),
            "posts": pgettext_lazy("of a channel", "posts"),
            "shows of itself": pgettext_lazy("of a channel", "shows of itself"),
            "read as one text": pgettext_lazy("of a channel", "read as one text"),
            "price list": pgettext_lazy("of a channel", "price list"),
            "contacts": pgettext_lazy("of a channel", "contacts"),
            "bots": pgettext_lazy("of a channel", "bots"),
            "its sites and mirrors": pgettext_lazy("of a channel", "its sites and mirrors"),
            "reserve channels": pgettext_lazy("of a channel", "reserve channels"),
            "invite links": pgettext_lazy("of a channel", "invite links"),
            "these messages": pgettext_lazy("of a channel", "these messages"),
        }.items()
    ),
    (
        r"(?P<n>\d+) of (?P<all>\d+) sell(?P<share>( \(\d+%\))?), (?P<recent>\d+) of "
        r"(?P<fresh>\d+) in the last (?P<days>\d+) days(, the last one on (?P<last>[\d-]+))?",
        _(
            "%(n)s of %(all)s sell%(share)s, %(recent)s of %(fresh)s in the last %(days)s days; "
            "the last that sells: %(last)s"
        ),
    ),
    (
        r"(?P<n>\d+) of (?P<all>\d+) like offers(?P<share>( \(\d+%\))?), (?P<recent>\d+) of "
        r"(?P<fresh>\d+) in the last (?P<days>\d+) days(, the last one on (?P<last>[\d-]+))?",
        _(
            "%(n)s of %(all)s like offers%(share)s, %(recent)s of %(fresh)s in the last %(days)s "
            "days; the last one: %(last)s"
        ),
    ),
    (
        r"emptied: (?P<gone>\d+) of the (?P<all>\d+) posts that carry the verdict are gone; "
        r"(?P<how>.+)",
        _("emptied: %(gone)s of the %(all)s posts that carry the verdict are gone; %(how)s"),
    ),
    (
        r"emptied: nearly all of its posts were deleted; (?P<how>.+)",
        _("emptied: nearly all of its posts were deleted; %(how)s"),
    ),
    (r"last post (?P<day>[\d-]+)", _("last post %(day)s")),
    (r"no post is left", _("no post is left")),
    (r"(?P<activity>active|dormant|emptied|unknown), (?P<how>.+)", "%(activity)s, %(how)s"),
    (rf"post (?P<posts>{_N})", _("post %(posts)s")),
    (rf"(?P<contacts>{_CONTACT}(, {_CONTACT})*)", "%(contacts)s"),
    (r"(?P<n>\d+), never followed", _("%(n)s, never followed")),
    (
        r"(?P<n>\d+) accounts? advertises? in it: (?P<names>.+); (?P<theirs>\d+) of the "
        r"(?P<all>\d+) messages read are theirs",
        _("advertisers: %(n)s (%(names)s); of %(all)s messages read, theirs are %(theirs)s"),
    ),
)
_KNOWN = (*_QUEUED, *_SCOPES, *_FINDINGS, *_REFUSALS, *_CHANNELS)


def in_their_language(text: str) -> str:
    """``text`` in the reader's language, where it is a sentence that is known."""
    for pattern, said in _KNOWN:
        if match := pattern.fullmatch(text):
            return str(said) % {
                name: _AS[name](value) if name in _AS else value
                for name, value in match.groupdict(default="–").items()
            }
    return text


def _tie(text: str) -> str:
    kind, _space, value = text.partition(" ")
    return f"{INDICATORS[kind]} {value}" if kind in INDICATORS and value else text
