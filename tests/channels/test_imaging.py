"""Which images of posts are taken, and that they come to lie where they can be removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cases import audit, sealing
from cases.evidence import Pointer, read_resource
from cases.models import AuditEvent, Case, DocumentRow, PostImage, RunCount, Target
from channels.imaging import ImageRules, Unwanted, Word, images_on, kind_of, why_not
from channels.options import ImagePlan
from channels.posts import Post
from config.schema import CHECKOUT
from domain.digests import sha256_hex
from domain.restricted import term_digest
from tests.channels.pages import FakeChannel, FakePost, page_html
from tests.channels.previewserver import PreviewServer
from tests.channels.reading import Night
from tests.channels.test_preview import net_config
from tests.net.servers import Seen, raw_server, response
from tests.records import NOON

OFFER = (
    "Мефедрон кристалл 1 г — 12000 тг, 2 г — 22000 тг. Гашиш 1 г — 9000 тг. Моментальные клады, "
    "прикоп и магнит, фото и координаты сразу после оплаты. Оплата биткоин и Kaspi."
)
HARMLESS = "Сегодня в парке концерт, вход свободный. Приходите с детьми."
JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 20
PNG = b"\x89PNG\r\n\x1a\n" + b"another" * 20
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"third" * 20


def photo(url: str) -> str:
    return (
        '<a class="tgme_widget_message_photo_wrap" href="https://t.me/x/1" '
        f"style=\"width:800px;background-image:url('{url}')\"></a>"
    )


@contextmanager
def cdn(files: dict[str, bytes]) -> Iterator[tuple[str, Seen]]:
    def answer(path: str, write: Callable[[bytes], Any]) -> None:
        if path in files:
            write(response(files[path], "200 OK", "Content-Type: image/jpeg"))
        else:
            write(response(b"no", "404 Not Found"))

    with raw_server(answer) as (port, seen):
        yield f"127.0.0.1:{port}", seen


def plan(**more: Any) -> ImagePlan:
    values: dict[str, Any] = {
        "max_bytes": 100_000,
        "threshold": None,
        "model_dir": CHECKOUT / "classifiers" / "model",
        "lexicon_dir": CHECKOUT / "config" / "lexicons",
        **more,
    }
    return ImagePlan(**values)


def network(server: PreviewServer, address: str) -> Any:
    config = net_config(server.address, timeout_s=5)
    return replace(
        config, resolver_overrides={**config.resolver_overrides, "cdn.test": address}
    )  # fmt: skip


def skipped(reason: str) -> int:
    rows = RunCount.objects.filter(name="skipped", reason=f"image: {reason}")
    return sum(rows.values_list("n", flat=True))


def test_what_is_taken() -> None:
    rules, sells = ImageRules(1000, 0.5), Word(0.9, restricted=False)
    post = Post(1, NOON, OFFER, media=("photo",))
    assert why_not(post, sells, rules) is None
    assert why_not(replace(post, media=("video",)), sells, rules) is Unwanted.NO_PHOTO
    assert why_not(post, Word(0.49, restricted=False), rules) is Unwanted.BELOW
    assert why_not(post, Word(0.99, restricted=True), rules) is Unwanted.RESTRICTED
    assert why_not(replace(post, service=True), sells, rules) is Unwanted.SERVICE


def test_what_an_image_is_is_told_by_its_bytes() -> None:
    kinds = [kind_of(one) for one in (JPEG, PNG, WEBP, b"GIF89a", b"<svg/>", b"%PDF", b"")]
    assert kinds == ["image/jpeg", "image/png", "image/webp", "", "", "", ""]


def test_where_the_images_of_a_page_are() -> None:
    album = FakePost(5, OFFER, extra=photo("https://cdn.test/a.jpg") + photo("//cdn.test/b.jpg"))
    odd = FakePost(7, OFFER, extra=photo("javascript:alert(1)"))
    plain = FakePost(6, OFFER)
    html = page_html(FakeChannel("some_shop", 1158198424, posts=[album, plain, odd]), None)
    assert images_on(html, "http://preview.test/s/some_shop") == {
        5: ("https://cdn.test/a.jpg", "http://cdn.test/b.jpg")
    }


@pytest.mark.django_db
def test_images_of_offers_are_kept_apart_and_hashed(
    server: PreviewServer, night: Night, tmp_path: Path
) -> None:
    channel = FakeChannel("some_shop", 1158198424)
    channel.posts += [
        FakePost(1, HARMLESS, extra=photo("http://cdn.test/park.jpg")),
        FakePost(2, OFFER, extra=photo("http://cdn.test/1.jpg") + photo("http://cdn.test/2.png")),
        FakePost(3, OFFER, extra=photo("http://cdn.test/gone.jpg")),
    ]
    server.put(channel)
    files = {"/1.jpg": JPEG, "/2.png": PNG, "/park.jpg": JPEG}
    with cdn(files) as (address, seen):
        run = night("some_shop", net=network(server, address), images=plan())
    asked = sorted(path for _, path in seen.requests)
    assert asked == ["/1.jpg", "/2.png", "/gone.jpg"]
    rows = list(PostImage.objects.order_by("number"))
    assert [(row.part, row.number, row.content_type) for row in rows] == [
        ("2", 0, "image/jpeg"),
        ("2", 1, "image/png"),
    ]
    assert [row.sha256 for row in rows] == [sha256_hex(JPEG), sha256_hex(PNG)]
    root = tmp_path / "evidence"
    for row, data in zip(rows, (JPEG, PNG), strict=True):
        where = Pointer(row.warc_file, row.warc_offset, row.warc_length)
        assert row.warc_file.startswith("images/")
        assert read_resource(root, where) == data
    assert skipped("post below the review threshold") == 1
    assert skipped("HTTP status 404") == 1
    told = RunCount.objects.get(name="elsewhere")
    assert (told.source, told.reason, told.n) == ("telegram:1158198424", "cdn.test", 3)
    assert AuditEvent.objects.filter(action="image.taken").count() == 2
    assert sealing.seal(run.pk, root) == 2
    assert sealing.check_all(root).problems == ()
    assert audit.verify().holds


@pytest.mark.django_db
def test_an_image_is_asked_for_once(server: PreviewServer, night: Night) -> None:
    server.put(
        FakeChannel(
            "some_shop",
            1158198424,
            posts=[FakePost(1, OFFER, extra=photo("http://cdn.test/1.jpg"))],
        )
    )
    with cdn({"/1.jpg": JPEG}) as (address, seen):
        for _ in range(2):
            night("some_shop", net=network(server, address), images=plan())
    assert len(seen.requests) == 1
    assert PostImage.objects.count() == 1


@pytest.mark.django_db
def test_by_default_nothing_is_asked_for(server: PreviewServer, night: Night) -> None:
    server.put(
        FakeChannel(
            "some_shop",
            1158198424,
            posts=[FakePost(1, OFFER, extra=photo("http://cdn.test/1.jpg"))],
        )
    )
    with cdn({"/1.jpg": JPEG}) as (address, seen):
        night("some_shop", net=network(server, address))
    assert seen.requests == []
    assert DocumentRow.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "url", "reason"),
    [
        (b"<html>", "http://cdn.test/1.jpg", "no JPEG, PNG or WebP"),
        (JPEG * 2000, "http://cdn.test/1.jpg", "too_large"),
        (JPEG, "http://10.0.0.1/1.jpg", "address_refused"),
    ],
)
def test_what_is_no_image_too_large_or_inside_is_left_and_counted(
    server: PreviewServer, night: Night, data: bytes, url: str, reason: str
) -> None:
    server.put(FakeChannel("some_shop", 1158198424, posts=[FakePost(1, OFFER, extra=photo(url))]))
    with cdn({"/1.jpg": data}) as (address, _):
        night("some_shop", net=network(server, address), images=plan(max_bytes=20_000))
    assert not PostImage.objects.exists()
    assert skipped(reason) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["post", "another post", "description"])
def test_never_where_the_child_abuse_lexicon_matches(
    server: PreviewServer, night: Night, tmp_path: Path, where: str
) -> None:
    lexicons = tmp_path / "lexicons"
    lexicons.mkdir()
    for path in (CHECKOUT / "config" / "lexicons").glob("*.toml"):
        (lexicons / path.name).write_bytes(path.read_bytes())
    digest = term_digest("запрещенное", "k")
    (lexicons / "restricted.toml").write_text(
        f'key = "k"\nfirst = ["{digest}"]\nterms = ["{digest}"]\n'
    )
    said = {where: " Запрещённое."}
    channel = FakeChannel("some_shop", 1158198424, description=f"О{said.get('description', '')}")
    channel.posts += [
        FakePost(1, OFFER + said.get("post", ""), extra=photo("http://cdn.test/1.jpg")),
        FakePost(2, HARMLESS + said.get("another post", "")),
    ]
    server.put(channel)
    with cdn({"/1.jpg": JPEG}) as (address, seen):
        night("some_shop", net=network(server, address), images=plan(lexicon_dir=lexicons))
    assert seen.requests == []
    assert skipped(Unwanted.RESTRICTED) == 1


@pytest.mark.django_db
def test_a_restricted_case_has_no_images(server: PreviewServer, night: Night) -> None:
    posts = [FakePost(1, HARMLESS)]
    server.put(FakeChannel("some_shop", 1158198424, posts=posts))
    night("some_shop")
    Case.objects.filter(target=Target.objects.get(value="1158198424")).update(restricted=True)
    posts.append(FakePost(2, OFFER, extra=photo("http://cdn.test/1.jpg")))
    with cdn({"/1.jpg": JPEG}) as (address, seen):
        night("some_shop", net=network(server, address), images=plan())
    assert seen.requests == []
