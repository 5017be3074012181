"""The public preview of channels as ``t.me`` gives it: ``/s/<name>`` and the landing ``/<name>``.

Paging, redirects and landing pages follow what was observed at t.me: 20 messages a page, older
ones by ``?before=<id>``; a name without preview redirects to its landing page, whose title says
"View @" for a group or closed channel and "Contact @" for a name that nobody has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from tests.world.addresses import Addresses
from tests.world.content import Channel, Content, Truth
from tests.world.exchange import Handler, Request, Response, html, not_found, redirect
from tests.world.messages import Message, MessageMarkup, messages_of, rounded
from tests.world.pages import template
from tests.world.sites import png

HOST = "telegram.test"
PAGE_SIZE = 20
#: A channel that has said nothing yet, and a closed group: names without any posts to show.
EMPTY_CHANNEL = "pustoy_kanal_kz"
CLOSED_GROUP = "zakrytaya_komnata"

_EMPTY = Channel(
    EMPTY_CHANNEL,
    "Пустой канал",
    "Скоро здесь что-то будет",
    1000000001,
    Truth.INNOCENT,
    "channel without posts",
    "ru",
    (),
    "",
    12,
    (),
)


def telegram_handler(content: Content, addresses: Addresses, now: datetime) -> Handler:
    """Serves all channels, dated back from ``now``."""
    channels = {c.name.lower(): c for c in (*content.channels.values(), _EMPTY)}
    markup = MessageMarkup(content, addresses, now)
    messages = {name: messages_of(channel) for name, channel in channels.items()}

    def preview(name: str, before: str, search: str) -> Response:
        channel = channels[name]
        found = messages[name]
        if before.isdigit():
            found = [message for message in found if message.id < int(before)]
        if search:
            found = [m for m in found if m.post and search.casefold() in m.post.text.casefold()]
        page = found[-PAGE_SIZE:]
        older = page[0].id if not search and page and page[0] is not found[0] else None
        return html(_preview_page(channel, page, older, markup))

    def handle(request: Request) -> Response:
        parts = [part for part in request.path.split("/") if part]
        if request.path == "/favicon.ico":
            return Response(body=png("telegram"), content_type="image/png")
        if len(parts) == 2 and parts[0] == "s":
            name = parts[1].lower()
            if name not in channels or not channels[name].shows_itself:
                return redirect(f"http://{HOST}/{parts[1]}")
            return preview(name, request.query("before"), request.query("q"))
        if parts and parts[0] != "s":
            return html(_landing(parts[0], channels.get(parts[0].lower())))
        return not_found(request)

    return handle


def _preview_page(
    channel: Channel, page: Sequence[Message], older: int | None, markup: MessageMarkup
) -> str:
    name, title = channel.name, escape(channel.title)
    history = "".join(markup.message(channel, message) for message in page)
    if not page:
        history = _NO_MESSAGES
    prev = more = ""
    if older is not None:
        prev = f'<link rel="prev" href="/s/{name}?before={older}">\n'
        more = (
            '<div class="tgme_widget_message_centered js-messages_more_wrap">'
            f'<a href="/s/{name}?before={older}" class="tme_messages_more js-messages_more" '
            f'data-before="{older}"></a></div>'
        )
    return template("telegram-preview").substitute(
        name=name,
        title=title,
        description=escape(markup.plain(channel.description)),
        info=_info(channel, markup),
        prev=prev,
        more=more,
        history=history,
    )


_NO_MESSAGES = (
    '<div class="tme_no_messages_found"><div class="tme_no_messages_found_wrap">'
    "No posts found</div></div>"
)


def _info(channel: Channel, markup: MessageMarkup) -> str:
    name, title = channel.name, escape(channel.title)
    word = "subscriber" if channel.subscribers == 1 else "subscribers"
    counters = "".join(
        f'<div class="tgme_channel_info_counter"><span class="counter_value">{value}</span> '
        f'<span class="counter_type">{kind}</span></div>'
        for value, kind in (
            (rounded(channel.subscribers), word),
            (rounded(max(1, len(channel.posts) // 3)), "photos"),
            (rounded(max(1, len(channel.posts) // 5)), "links"),
        )
    )
    return (
        '<div class="tgme_channel_info"><div class="tgme_channel_info_header">'
        f'<i class="tgme_page_photo_image bgcolor2" data-content="{title[:2]}"></i>'
        '<div class="tgme_channel_info_header_title_wrap">'
        f'<div class="tgme_channel_info_header_title"><span dir="auto">{title}</span></div>'
        '<div class="tgme_channel_info_header_labels"></div></div>'
        '<div class="tgme_channel_info_header_username">'
        f'<a href="https://t.me/{name}">@{name}</a></div></div>'
        f'<div class="tgme_channel_info_counters">{counters}</div>'
        f'<div class="tgme_channel_info_description">{markup.text(channel.description)}</div></div>'
    )


def _landing(name: str, channel: Channel | None) -> str:
    """``t.me/<name>``: of a channel with the exact number of subscribers."""
    verb, action, extra, preview = "View", "View in Telegram", "", ""
    if channel is not None:
        shown, extra = escape(channel.title), _members(channel)
        if channel.private:
            action = "Request to Join"
        if channel.shows_itself:
            link = f'<a class="tgme_page_context_link" href="/s/{channel.name}">Preview channel</a>'
            preview = f'<div class="tgme_page_additional">{link}</div>'
    elif name.lower() == CLOSED_GROUP:
        shown, extra = "Закрытая комната", "211 members, 9 online"
    else:
        shown, verb, action = f"@{escape(name)}", "Contact", "Send Message"
    return template("telegram-landing").substitute(
        name=escape(name), shown=shown, verb=verb, action=action, extra=extra, preview=preview
    )


def _members(channel: Channel) -> str:
    exact = f"{channel.subscribers:,}".replace(",", " ")
    if channel.group:
        return f"{exact} members, {max(1, channel.subscribers // 20)} online"
    return f"{exact} subscribers"
