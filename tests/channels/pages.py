"""Preview pages as Telegram marks them up, for channels that the tests make up."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

DAY_ONE = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
PAGE_SIZE = 20


@dataclass
class FakePost:
    id: int
    text: str = "текст"
    views: str = "1.2K"
    forward: tuple[str, str] | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    reply: str = ""
    album: tuple[int, ...] = ()
    extra: str = ""
    edited: bool = False
    service: bool = False
    raw: str | None = None


@dataclass
class FakeChannel:
    name: str
    number: int
    title: str = "Канал"
    description: str = ""
    posts: list[FakePost] = field(default_factory=list)

    def add(self, *ids: int) -> FakeChannel:
        self.posts += [FakePost(n, f"пост номер {n}") for n in ids]
        return self


def view_of(number: int, post: int) -> str:
    packed = json.dumps({"c": -number, "p": post, "t": 1767258000, "h": "ab"}).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def post_html(channel: FakeChannel, post: FakePost) -> str:
    if post.raw is not None:
        return post.raw
    name = channel.name
    kind = "service_message" if post.service else "text_not_supported_wrap"
    when = (DAY_ONE + timedelta(hours=post.id)).isoformat()
    text = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{_text(post)}</div>'
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap"><div '
        f'class="tgme_widget_message {kind} js-widget_message" data-post="{name}/{post.id}" '
        f'data-view="{view_of(channel.number, post.id)}">'
        f'<div class="tgme_widget_message_bubble">{_forward(post)}{_reply(channel, post)}'
        f"{_album(channel, post)}{post.extra}{text if post.text else ''}"
        '<div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">'
        f'<span class="tgme_widget_message_views">{post.views}</span>'
        f'<span class="tgme_widget_message_meta">{"edited &nbsp;" if post.edited else ""}'
        f'<a class="tgme_widget_message_date" href="https://t.me/{name}/{post.id}">'
        f'<time datetime="{when}" class="time">09:00</time></a></span></div></div></div>'
        f"{_buttons(post)}</div></div>"
    )


def _text(post: FakePost) -> str:
    return escape(post.text, quote=False).replace("\n", "<br/>")


def _forward(post: FakePost) -> str:
    if post.forward is None:
        return ""
    title, username = post.forward
    cls = "tgme_widget_message_forwarded_from_name"
    shown = (
        f'<a class="{cls}" href="https://t.me/{username}/7"><span dir="auto">{title}</span></a>'
        if username
        else f'<span class="{cls}">{title}</span>'
    )
    return f'<div class="tgme_widget_message_forwarded_from">Forwarded from&nbsp;{shown}</div>'


def _reply(channel: FakeChannel, post: FakePost) -> str:
    if not post.reply:
        return ""
    return (
        f'<a class="tgme_widget_message_reply" href="https://t.me/{channel.name}/3">'
        '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">'
        f"{escape(post.reply)}</div></a>"
    )


def _album(channel: FakeChannel, post: FakePost) -> str:
    photos = "".join(
        '<a class="tgme_widget_message_photo_wrap grouped_media_wrap" '
        f'href="https://t.me/{channel.name}/{n}?single"></a>'
        for n in post.album
    )
    return f'<div class="tgme_widget_message_grouped_wrap">{photos}</div>' if photos else ""


def _buttons(post: FakePost) -> str:
    return "".join(
        '<a class="tgme_widget_message_inline_button url_button" '
        f'href="{escape(escape(url))}" onclick="return confirm(this.href);"><span '
        f'class="tgme_widget_message_inline_button_text">{escape(label)}</span></a>'
        for label, url in post.buttons
    )


def page_html(channel: FakeChannel, before: int | None = None) -> str:
    posts = [p for p in channel.posts if before is None or p.id < before]
    shown = posts[-PAGE_SIZE:]
    older = shown[0].id if len(posts) > len(shown) else None
    history = "".join(post_html(channel, post) for post in shown)
    if not shown:
        history = '<div class="tme_no_messages_found">No posts found</div>'
    more = (
        f'<a href="/s/{channel.name}?before={older}" class="tme_messages_more" '
        f'data-before="{older}"></a>'
        if older
        else ""
    )
    description = escape(channel.description).replace("\n", "<br/>")
    return (
        f"<!DOCTYPE html><html><head><title>{channel.title} – Telegram</title></head><body>"
        '<div class="tgme_channel_info"><div class="tgme_channel_info_header_title">'
        f"<span>{channel.title}</span></div>"
        '<div class="tgme_channel_info_header_username">'
        f'<a href="https://t.me/{channel.name}">@{channel.name}</a></div>'
        '<div class="tgme_channel_info_counter"><span class="counter_value">12.5K</span> '
        '<span class="counter_type">subscribers</span></div>'
        f'<div class="tgme_channel_info_description">{description}</div></div>'
        f'<section class="tgme_channel_history">{more}{history}</section></body></html>'
    )


def landing_html(name: str, *, verb: str = "View", title: str = "", extra: str = "") -> str:
    return (
        f"<html><head><title>Telegram: {verb} @{name}</title></head><body>"
        f'<div class="tgme_page"><div class="tgme_page_title"><span>{title}</span></div>'
        f'<div class="tgme_page_extra">{extra}</div><div class="tgme_page_action">'
        '<a class="tgme_action_button_new">View in Telegram</a></div></div></body></html>'
    )
