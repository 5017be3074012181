"""What a channel's posts say of it, in the reader's language, for those who decide its case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from blocking.subjects import carriers_of, channel_of
from cases.models import Case, ChannelFacts
from domain.channel_profiles import RECENT, Activity, ChannelProfile, profile_from
from domain.defang import defang_prose
from domain.errors import KeyFormatError
from review.vocabulary import called

Line = tuple[str, str]
_GOES_ON = {
    Activity.ACTIVE: _("active, %(last)s"),
    Activity.DORMANT: _("dormant, %(last)s"),
    Activity.UNKNOWN: _("not known, %(last)s"),
}


def channel_lines(case: Case) -> tuple[Line, ...]:
    """A line each, links defanged; nothing for a site. Of a group also what would be asked for."""
    facts = ChannelFacts.objects.filter(case=case).first()
    if facts is None:
        return ()
    profile = profile_from(facts.profile)
    lines = [*in_words(profile)]
    if profile.messages is not None:
        lines += [*_asked_of_a_group(), *_messages_meant(case, profile)]
    return tuple((name, defang_prose(text)) for name, text in lines)


def in_words(profile: ChannelProfile) -> Iterator[Line]:
    """The profile as lines of name and text; nothing for what it does not have."""
    if profile.messages is not None:
        yield gettext("public group"), _who_advertises(profile, profile.messages)
        yield pgettext("accounts of a group", "they are"), _how_it_goes_on(profile)
        like = gettext("%(n)s of %(all)s like offers")
        yield gettext("their messages"), _share(profile, like)
    else:
        yield gettext("channel is"), _how_it_goes_on(profile)
        yield gettext("posts"), _share(profile, gettext("%(n)s of %(all)s sell"))
    if profile.counters:
        shown = (f"{number_format(n, force_grouping=True)} {kind}" for kind, n in profile.counters)
        yield gettext("shows of itself"), ", ".join(shown)
    if profile.together is not None:
        yield gettext("read as one text"), number_format(profile.together, 3)
    if profile.price_lists:
        posts = ", ".join(map(str, profile.price_lists))
        yield gettext("price list"), gettext("post %(part)s") % {"part": posts}
    yield from _leads_to(profile)


def _leads_to(profile: ChannelProfile) -> Iterator[Line]:
    contacts = [f"{called(kind, 'indicator')} {value}" for kind, value in profile.contacts]
    for name, values in (
        (gettext("contacts"), contacts),
        (gettext("bots"), [f"@{bot.lstrip('@')}" for bot in profile.bots]),
        (gettext("its sites and mirrors"), profile.sites),
        (gettext("reserve channels"), [f"@{one}" for one in profile.reserve]),
    ):
        if values:
            yield name, ", ".join(values)
    if profile.invites:
        yield gettext("invite links"), gettext("%(n)s, never followed") % {"n": profile.invites}


def _asked_of_a_group() -> Iterator[Line]:
    yield (
        gettext("would be asked for"),
        gettext(
            "the messages of these accounts, by their links, and not the group: others write there "
            "who sell nothing"
        ),
    )


def _messages_meant(case: Case, profile: ChannelProfile) -> Iterator[Line]:
    """The messages that a request would name, as one would be made now."""
    try:
        item = channel_of(case, carriers_of(case))
    except KeyFormatError:
        return
    if item is None or not item.messages_only:
        return
    begin = f"https://t.me/{item.username}/" if item.username else ""
    links = ", ".join(f"{begin}{post}" for post in item.posts)
    said = gettext("%(n)s of their %(all)s messages: %(links)s")
    values = {"n": len(item.posts), "all": profile.posts, "links": links}
    yield gettext("these messages"), said % values


def _how_it_goes_on(profile: ChannelProfile) -> str:
    last = gettext("no post is left")
    if profile.last_at:
        last = gettext("last post %(day)s") % {"day": _day(profile.last_at)}
    if profile.activity is not Activity.EMPTIED:
        return str(_GOES_ON[profile.activity]) % {"last": last}
    lost = gettext("nearly all of its posts were deleted")
    if gone := profile.carriers_gone:
        said = ngettext(
            "%(gone)s of the %(all)s post that carries the verdict is gone",
            "%(gone)s of the %(all)s posts that carry the verdict are gone",
            profile.carriers,
        )
        lost = said % {"gone": gone, "all": profile.carriers}
    return gettext("emptied: %(lost)s; %(last)s") % {"lost": lost, "last": last}


def _who_advertises(profile: ChannelProfile, messages: int) -> str:
    n = len(profile.accounts)
    who = ngettext("%(n)s account advertises in it", "%(n)s accounts advertise in it", n) % {"n": n}
    values = {
        "who": who, "names": ", ".join(profile.accounts), "n": profile.posts, "all": messages,
    }  # fmt: skip
    if not n:
        return gettext("%(who)s; messages read: %(all)s") % values
    return gettext("%(who)s: %(names)s; %(n)s of the %(all)s messages read are theirs") % values


def _share(profile: ChannelProfile, said: str) -> str:
    share = said % {"n": profile.selling, "all": profile.posts}
    if profile.posts:
        share += f" ({profile.selling / profile.posts:.0%})"
    recent = gettext("%(n)s of %(all)s in the last %(days)s days") % {
        "n": profile.recent_selling, "all": profile.recent, "days": RECENT.days,
    }  # fmt: skip
    if not profile.last_selling_at:
        return f"{share}, {recent}"
    last = gettext("the last one on %(day)s") % {"day": _day(profile.last_selling_at)}
    return f"{share}, {recent}, {last}"


def _day(moment: str) -> str:
    return date_format(date.fromisoformat(moment[:10]), "SHORT_DATE_FORMAT")
