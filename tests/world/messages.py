"""Channel posts as the preview marks them up: albums, replies, forwards, buttons, service posts.

The texts know only text, forwards and buttons; albums, replies and service posts are put where
the ids leave room, so that every kind of message occurs.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from itertools import pairwise

from tests.world.addresses import Addresses
from tests.world.content import Channel, Content, Post

_PLACEHOLDER = re.compile(r"\{(site|channel):([\w-]+)\}")
_MENTION = re.compile(r"(?<![\w@/])@([A-Za-z][A-Za-z0-9_]{3,31})")
_ALBUM = 3


@dataclass(frozen=True, slots=True)
class Message:
    """A post, or a service message where ``post`` is None. ``album`` counts its pictures."""

    id: int
    hours_ago: float
    post: Post | None = None
    album: int = 1
    reply_to: Post | None = None
    service: str = ""


def messages_of(channel: Channel) -> list[Message]:
    """All messages of a channel, oldest first."""
    posts = channel.posts
    if not posts:
        return []
    found = []
    if posts[0].id > 1:
        found.append(Message(1, posts[0].hours_ago + 1, service="Channel created"))
    for before, post in pairwise((None, *posts)):
        assert post is not None
        reply = before if post.id % 11 == 0 else None
        found.append(Message(post.id, post.hours_ago, post, _album(post, posts), reply))
    gap = next((post for post, after in pairwise(posts) if after.id - post.id == 2), None)
    if gap is not None:
        photo = Message(gap.id + 1, gap.hours_ago - 0.01, service="Channel photo updated")
        found.append(photo)
    return sorted(found, key=lambda message: message.id)


def _album(post: Post, posts: tuple[Post, ...]) -> int:
    """A post whose next two ids are free is an album of three."""
    taken = {other.id for other in posts}
    free = not {post.id + 1, post.id + 2} & taken and post is not posts[-1]
    return _ALBUM if free and post.id % 2 == 0 else 1


def rounded(number: int) -> str:
    """A count as Telegram shows it: 950, 2.9K, 12.5K, 1.2M."""
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return str(number)


class MessageMarkup:
    """Marks messages up, dating them back from ``now``."""

    def __init__(self, content: Content, addresses: Addresses, now: datetime) -> None:
        self._content = content
        self._addresses = addresses
        self._now = now

    def message(self, channel: Channel, message: Message) -> str:
        """One message with its wrapper."""
        name = channel.name
        kind = "service_message" if message.service else "text_not_supported_wrap"
        view = {"c": -channel.numeric_id, "p": message.id, "t": int(self._now.timestamp())}
        packed = json.dumps({**view, "h": "5f0c1e7a9d"}, separators=(",", ":")).encode()
        body = self._service(message) if message.service else self._body(channel, message)
        buttons = self._buttons(message.post, name)
        return (
            '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
            f'<div class="tgme_widget_message {kind} js-widget_message" '
            f'data-post="{name}/{message.id}" '
            f'data-view="{base64.urlsafe_b64encode(packed).decode().rstrip("=")}">'
            '<div class="tgme_widget_message_user"><a href="https://t.me/'
            f'{name}"><i class="tgme_widget_message_user_photo bgcolor2"></i></a></div>'
            f'<div class="tgme_widget_message_bubble">{self._author(channel)}{body}'
            f"{self._footer(channel, message)}</div>{buttons}</div></div>\n"
        )

    def text(self, text: str) -> str:
        """A text as HTML: placeholders and mentions linked, lines broken by ``<br/>``."""
        html = _PLACEHOLDER.sub(self._placeholder, escape(text, quote=False))
        html = _MENTION.sub(r'<a href="https://t.me/\1" target="_blank">@\1</a>', html)
        return html.replace("\n", "<br/>")

    def plain(self, text: str) -> str:
        """A text as it is read, without markup."""
        return _PLACEHOLDER.sub(
            lambda match: (
                f"@{match[2]}" if match[1] == "channel" else self._addresses.hosts[match[2]]
            ),
            text,
        )

    def _placeholder(self, match: re.Match[str]) -> str:
        kind, name = match.groups()
        if kind == "channel":
            return f"@{name}"
        host = self._addresses.hosts[name]
        if host.endswith(".onion"):
            return host
        return f'<a href="http://{host}/" target="_blank" rel="noopener">{host}</a>'

    def _author(self, channel: Channel) -> str:
        return (
            '<div class="tgme_widget_message_author accent_color"><a class="'
            f'tgme_widget_message_owner_name" href="https://t.me/{channel.name}">'
            f'<span dir="auto">{escape(channel.title)}</span></a></div>'
        )

    def _service(self, message: Message) -> str:
        return f'<div class="tgme_widget_message_text js-message_text">{message.service}</div>'

    def _body(self, channel: Channel, message: Message) -> str:
        post = message.post
        assert post is not None
        text = (
            '<div class="tgme_widget_message_text js-message_text" dir="auto">'
            f"{self.text(post.text)}</div>"
        )
        if message.album > 1:
            # Captions of media come in two nested divs of the same class.
            text = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        reply = self._reply(channel, message.reply_to) if message.reply_to else ""
        return self._forward(post) + reply + self._media(channel, message) + text

    def _forward(self, post: Post) -> str:
        name = post.forwarded_from
        if not name:
            return ""
        origin = self._content.origin(name)
        name = origin.name
        title = f'<span dir="auto">{escape(origin.title)}</span>'
        cls = "tgme_widget_message_forwarded_from_name"
        # Some authors hide themselves: then the name stands there without a link.
        shown = (
            f'<span class="{cls}">{title}</span>'
            if post.id % 7 == 0
            else f'<a class="{cls}" href="https://t.me/{name}/{origin.posts[-1].id}">{title}</a>'
        )
        return (
            '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
            f"{shown}</div>"
        )

    def _reply(self, channel: Channel, quoted: Post) -> str:
        return (
            '<a class="tgme_widget_message_reply user-color-2" '
            f'href="https://t.me/{channel.name}/{quoted.id}">'
            '<div class="tgme_widget_message_author accent_color"><span class="'
            f'tgme_widget_message_author_name" dir="auto">{escape(channel.title)}</span></div>'
            '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">'
            f"{escape(self.plain(quoted.text).splitlines()[0][:60])}</div></a>"
        )

    def _media(self, channel: Channel, message: Message) -> str:
        url = f"https://t.me/{channel.name}/"
        if message.album > 1:
            photos = "".join(
                '<a class="tgme_widget_message_photo_wrap grouped_media_wrap blured '
                f'js-message_photo" href="{url}{message.id + n}?single" '
                'style="width:226px;height:226px;background-image:'
                "url('https://cdn4.telesco.pe/file/none.jpg')\"></a>"
                for n in range(message.album)
            )
            return (
                '<div class="tgme_widget_message_grouped_wrap js-message_grouped_wrap"><div '
                'class="tgme_widget_message_grouped js-message_grouped"><div class="'
                f'tgme_widget_message_grouped_layer js-message_grouped_layer">{photos}</div>'
                "</div></div>"
            )
        if message.id % 13 == 0:
            return (
                f'<a class="tgme_widget_message_video_player" href="{url}{message.id}">'
                '<i class="tgme_widget_message_video_thumb"></i>'
                '<time class="message_video_duration js-message_video_duration">0:14</time></a>'
            )
        return ""

    def _footer(self, channel: Channel, message: Message) -> str:
        when = self._now - timedelta(hours=message.hours_ago)
        views = ""
        if message.post is not None:
            views = (
                '<span class="tgme_widget_message_views">'
                f'{rounded(message.post.views)}</span><span class="copyonclick"></span>'
            )
        return (
            '<div class="tgme_widget_message_footer compact js-message_footer">'
            f'<div class="tgme_widget_message_info short js-message_info">{views}'
            '<span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" '
            f'href="https://t.me/{channel.name}/{message.id}"><time '
            f'datetime="{when.replace(microsecond=0).isoformat()}" class="time">'
            f"{when:%H:%M}</time></a></span></div></div>"
        )

    def _buttons(self, post: Post | None, name: str) -> str:
        if post is None or not post.buttons:
            return ""
        buttons = "".join(self._button(label, target, name) for label, target in post.buttons)
        return (
            '<div class="tgme_widget_message_inline_keyboard"><div class="'
            f'tgme_widget_message_inline_row">{buttons}</div></div>'
        )

    def _button(self, label: str, target: str, name: str) -> str:
        match = _PLACEHOLDER.fullmatch(target)
        if match is None:
            url = target
        elif match[1] == "channel":
            url = self._addresses.channel_url(match[2])
        else:
            url = self._addresses.site_url(match[2])
            if ".onion" not in url:
                url += f"?from=tg&ref={name}"
        # t.me escapes the ampersands of links with an onclick handler twice.
        return (
            '<a class="tgme_widget_message_inline_button url_button" '
            f'href="{escape(escape(url))}" target="_blank" rel="noopener" '
            "onclick=\"return confirm('Open this link?\\n\\n'+this.href);\">"
            '<span class="tgme_widget_message_inline_button_text" dir="auto">'
            f"{escape(label)}</span></a>"
        )
