"""Every way a release goes, to servers that recipients have: it arrives whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import io
import ssl
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from blocking.delivery.encryption import encryption_of
from blocking.delivery.parcel import Parcel, forget, packed
from blocking.delivery.sending import send
from blocking.delivery.way import Way
from blocking.manifest import NAME, parse, verify
from blocking.models import Export
from domain.clock import utc_now
from domain.errors import InputError, TransportError
from net.mailing import MailServer
from tests.blocking.delivery.keys import CmsKeys, PgpKeys, needs_gnupg
from tests.blocking.delivery.sftp_server import Served, needs_sftp_server, serving
from tests.net.answering import answering
from tests.net.authority import needs_openssl
from tests.net.certificates import tls_of, write_certificate
from tests.net.mailbox import Mailbox, mail_server

pytestmark = [pytest.mark.django_db, needs_openssl]


@contextmanager
def parcel(folder: Path, way: Way) -> Iterator[Parcel]:
    manifest = parse((folder / NAME).read_bytes(), NAME)
    key = encryption_of(way.encryption_key, utc_now()) if way.encryption_key else None
    digest = verify(folder).sha256
    with packed(folder, manifest, digest, way.name, key, as_one=way.as_one) as made:
        yield made


def sent(folder: Path, way: Way) -> bool:
    with parcel(folder, way) as made:
        return send(made, way, utc_now())


def unpacked(tar: bytes, folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        names = archive.getnames()
        archive.extractall(folder, filter="data")
    assert names[-1].endswith(f"/{NAME}"), "the manifest goes last"
    return folder / "1"


def assert_whole(arrived: Path, folder: Path) -> None:
    assert verify(arrived).problems == ()
    assert {path.name for path in arrived.iterdir()} == {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        assert (arrived / path.name).read_bytes() == path.read_bytes()


@pytest.fixture(params=["file", pytest.param("sftp", marks=needs_sftp_server)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Way, Path]]:
    """A way to a folder, here or over SFTP, and the folder."""
    if request.param == "file":
        inbox = tmp_path / "in box"
        inbox.mkdir()
        yield Way("main", "regulator", f"file://{str(inbox).replace(' ', '%20')}"), inbox
    else:
        with serving(tmp_path / "sftp") as server:
            yield over(server), server.folder


def over(server: Served, **changed: object) -> Way:
    way = Way(
        "main", "regulator", server.to,
        key_file=server.key_file, known_hosts=server.known_hosts, timeout_s=20,
    )  # fmt: skip
    return replace(way, **changed)  # type: ignore[arg-type]


def test_a_release_arrives_whole_readable_by_its_owner_alone(
    shelf: tuple[Way, Path], folder: Path
) -> None:
    way, inbox = shelf
    assert sent(folder, way)
    assert_whole(inbox / "1", folder)
    assert [path.name for path in inbox.iterdir()] == ["1"]
    assert (inbox / "1").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (inbox / "1").iterdir()} == {0o600}
    assert not sent(folder, way), "a second sending finds it there"


def test_what_was_cut_short_is_made_good(shelf: tuple[Way, Path], folder: Path) -> None:
    way, inbox = shelf
    (inbox / ".1.partial").mkdir()
    (inbox / ".1.partial" / "block.rpz").write_text("half")
    assert sent(folder, way)
    assert_whole(inbox / "1", folder)
    assert [path.name for path in inbox.iterdir()] == ["1"]
    (inbox / "1" / NAME).rename(inbox / "1" / f".{NAME}.partial")
    assert sent(folder, way), "all but its last step was done"
    assert_whole(inbox / "1", folder)


def test_another_release_under_the_number_is_not_written_over(
    shelf: tuple[Way, Path], folder: Path
) -> None:
    way, inbox = shelf
    (inbox / "1").mkdir()
    (inbox / "1" / NAME).write_text("{}")
    with pytest.raises(TransportError, match="something else called 1 lies there") as refused:
        sent(folder, way)
    assert (refused.value.reason, refused.value.permanent) == ("other_release", True)
    assert (inbox / "1" / NAME).read_text() == "{}"
    (inbox / "1" / NAME).rename(inbox / "1" / "mine")
    with pytest.raises(TransportError, match="something else called 1 lies there"):
        sent(folder, way)
    assert [path.name for path in inbox.iterdir()] == ["1"]
    assert (inbox / "1" / "mine").read_text() == "{}"


def test_an_encrypted_release_is_one_file_that_its_recipient_opens(
    shelf: tuple[Way, Path], folder: Path, cms: CmsKeys, tmp_path: Path
) -> None:
    way, inbox = shelf
    way = replace(way, encryption_key=cms.public)
    assert sent(folder, way)
    (arrived,) = inbox.iterdir()
    assert arrived.name == "regulator-1.tar.p7m"
    assert arrived.stat().st_mode & 0o777 == 0o600
    assert b"shop.test" not in arrived.read_bytes()
    assert_whole(unpacked(cms.opened(arrived.read_bytes(), tmp_path), tmp_path / "open"), folder)
    assert not sent(folder, way), "what is tried again is the same archive"
    size = arrived.stat().st_size
    arrived.write_bytes(bytes(size))
    with pytest.raises(TransportError, match=r"something else called regulator-1\.tar\.p7m"):
        sent(folder, way)
    assert arrived.read_bytes() == bytes(size)
    forget(folder.parent, 1, "main")
    assert [path for path in folder.parent.iterdir() if ".main" in path.name] == []


def test_a_folder_that_is_not_there_is_named(shelf: tuple[Way, Path], folder: Path) -> None:
    way, inbox = shelf
    with pytest.raises(TransportError, match="is no folder") as missing:
        sent(folder, replace(way, to=f"{way.to}/none"))
    assert missing.value.reason == "no_folder"
    assert list(inbox.iterdir()) == []


@needs_sftp_server
def test_only_the_known_server_is_given_anything(folder: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        other = (two.known_hosts).read_text().replace(str(two.port), str(one.port))
        (tmp_path / "known").write_text(other)
        with pytest.raises(TransportError) as wrong:
            sent(folder, over(one, known_hosts=tmp_path / "known"))
        assert (wrong.value.reason, one.sessions()) == ("host_key", 0)
        with pytest.raises(TransportError) as stranger:
            sent(folder, over(one, key_file=two.key_file))
        assert stranger.value.reason == "login"
        assert list(one.folder.iterdir()) == []
        one.key_file.chmod(0o644)
        with pytest.raises(InputError, match="others can read it"):
            sent(folder, over(one))
        (tmp_path / "id").write_text("no key")
        (tmp_path / "id").chmod(0o600)
        with pytest.raises(InputError, match="no private key for SSH"):
            sent(folder, over(one, key_file=tmp_path / "id"))


@needs_sftp_server
def test_a_line_that_breaks_leaves_no_half_release(folder: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "sftp", cut_after=3000) as server:
        with pytest.raises(TransportError) as broken:
            sent(folder, over(server))
        assert broken.value.reason == "connection"
        assert [path.name for path in server.folder.iterdir()] == [".1.partial"]
        assert sent(folder, over(server)), "the next attempt makes it good"
        assert_whole(server.folder / "1", folder)
        assert [path.name for path in server.folder.iterdir()] == ["1"]


def test_a_server_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "sftp") as server:
        way = over(server)
    with pytest.raises(TransportError) as down:
        sent(folder, way)
    assert down.value.reason == "connection"


class Inbox:
    """An HTTPS server that keeps what it is sent."""

    def __init__(self) -> None:
        self.status = 201
        self.got: list[tuple[Mapping[str, str], bytes]] = []

    def __call__(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
        self.got.append((dict(headers.items()), body))
        return self.status, "text/plain", b""


def test_one_post_carries_the_release_and_both_sides_show_who_they_are(
    folder: Path, tmp_path: Path
) -> None:
    server, _ = tls_of(tmp_path / "server", "localhost")
    ours = tmp_path / "ours"
    ours.mkdir()
    key, certificate = write_certificate(ours, "narcowatch.test")
    key.chmod(0o600)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(certificate)
    inbox = Inbox()
    with answering(inbox, server) as url:
        way = Way(
            "main", "regulator", f"{url}/in",
            ca_file=tmp_path / "server" / "chain.pem",
            certificate_file=certificate, key_file=key, timeout_s=20,
        )  # fmt: skip
        assert sent(folder, way)
        assert sent(folder, way)
        with pytest.raises(TransportError) as unknown:
            sent(folder, replace(way, certificate_file=None, key_file=None))
        assert unknown.value.reason in {"tls", "connection", "protocol"}
        with pytest.raises(TransportError) as impostor:
            sent(folder, replace(way, ca_file=certificate))
        assert impostor.value.reason == "tls"
        key.chmod(0o644)
        with pytest.raises(InputError, match="others can read it"):
            sent(folder, way)
    (headers, body), (again, same) = inbox.got
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert headers["Content-Type"] == "application/x-tar"
    assert headers["Content-Disposition"] == 'attachment; filename="regulator-1.tar"'
    assert headers["Idempotency-Key"] == again["Idempotency-Key"]
    assert same == body, "the same release is the same archive"
    assert_whole(unpacked(body, tmp_path / "open"), folder)


@pytest.mark.parametrize(
    ("status", "permanent"), [(302, False), (400, True), (408, False), (429, False), (503, False)]
)
def test_a_server_that_does_not_take_it(
    folder: Path, tmp_path: Path, status: int, permanent: bool
) -> None:
    server, _ = tls_of(tmp_path / "server", "localhost")
    inbox = Inbox()
    inbox.status = status
    with answering(inbox, server) as url:
        way = Way("main", "regulator", url, ca_file=tmp_path / "server" / "chain.pem")
        with pytest.raises(TransportError, match=f"it answered {status}") as refused:
            sent(folder, way)
    assert (refused.value.reason, refused.value.permanent) == ("http_status", permanent)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as served:
        yield served


def by_mail(box: Mailbox, key: Path) -> Way:
    server = MailServer("127.0.0.1", box.port, "nw@unit.test", "off", timeout_s=10)
    to = "mailto:in@recipient.test"
    return Way("main", "regulator", to, encryption_key=key, mail=server)


def attached(mail: bytes, folder: Path) -> Path:
    folder.mkdir()
    for part in message_from_bytes(mail, policy=default).iter_attachments():
        name = part.get_filename()
        assert name == Path(name).name
        (folder / name).write_bytes(part.get_payload(decode=True))
    return folder


def test_smime_is_opened_by_its_recipient(
    folder: Path, box: Mailbox, cms: CmsKeys, tmp_path: Path
) -> None:
    assert sent(folder, by_mail(box, cms.public))
    (mail,) = box.mails
    assert box.recipients == ["in@recipient.test"]
    assert (mail["From"], mail["Subject"]) == ("nw@unit.test", "narcowatch regulator-1")
    assert mail.get_content_type() == "application/pkcs7-mime"
    assert mail.get_param("smime-type") == "enveloped-data"
    inner = cms.opened(mail.get_payload(decode=True), tmp_path)
    assert_whole(attached(inner, tmp_path / "open"), folder)
    assert "1 entries (host 1)" in inner.decode()


@needs_gnupg
def test_pgp_mime_is_opened_by_its_recipient(
    folder: Path, box: Mailbox, pgp: PgpKeys, tmp_path: Path
) -> None:
    way = by_mail(box, pgp.public)
    assert sent(folder, way)
    assert sent(folder, way)
    mail, again = box.mails
    assert mail["Message-ID"] == again["Message-ID"]
    assert mail.get_content_type() == "multipart/encrypted"
    assert mail.get_param("protocol") == "application/pgp-encrypted"
    version, sealed = mail.get_payload()
    assert version.get_content_type() == "application/pgp-encrypted"
    assert version.get_payload(decode=True).split() == [b"Version:", b"1"]
    inner = pgp.opened(sealed.get_payload(decode=True))
    assert_whole(attached(inner, tmp_path / "open"), folder)
    assert b"shop.test" not in bytes(mail)


def test_what_no_mail_can_carry_is_refused(
    folder: Path, released: Export, box: Mailbox, cms: CmsKeys
) -> None:
    way = by_mail(box, cms.public)
    with (folder / "extra").open("wb") as stream:
        stream.truncate(15_000_001)
    with parcel(folder, way) as made:
        heavy = replace(made, names=(*made.names, "extra"))
        with pytest.raises(TransportError, match="a mail carries 15000000 at most") as refused:
            send(heavy, way, utc_now())
    assert (refused.value.reason, box.mails) == ("too_large", [])
