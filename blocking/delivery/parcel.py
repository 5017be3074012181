"""What is delivered of a release: its files with the manifest last, or one encrypted archive."""

from __future__ import annotations

import shutil
import tarfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from blocking.delivery.encryption import Encryption
from blocking.files import work_folder
from blocking.manifest import NAME, SIGNATURE, STAMP, Manifest
from cases.files import write_private

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "narcowatch.delivery/1")
TAR = "application/x-tar"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A release on its way. ``folder`` is that of the release, ``names`` are its files in the order
    in which they go, the manifest last; ``archive`` is one file with all of them, encrypted where
    there is an ``encryption``, or None where it goes file by file. ``key`` names this delivery to
    whoever receives it: the same however often it is tried. ``work`` is a folder for what is gone
    afterwards."""

    manifest: Manifest
    folder: Path
    names: tuple[str, ...]
    archive: Path | None
    encryption: Encryption | None
    key: uuid.UUID
    work: Path

    @property
    def title(self) -> str:
        """What the release is called outside the house."""
        return f"{self.manifest.recipient}-{self.manifest.number}"

    @property
    def media_type(self) -> str:
        """That of the archive."""
        return self.encryption.media_type if self.encryption else TAR


@contextmanager
def packed(
    folder: Path,
    manifest: Manifest,
    manifest_sha256: str,
    way: str,
    encryption: Encryption | None,
    *,
    as_one: bool,
) -> Iterator[Parcel]:
    """The release in ``folder`` as a parcel for the delivery called ``way``; ``as_one`` asks for an
    archive. One that is encrypted stays until ``forget``, all else is gone at the end. The caller
    has verified the folder. Raises what ``encryption`` raises.
    """
    names = in_order(folder, manifest)
    key = uuid.uuid5(_NAMESPACE, f"{way}\n{manifest_sha256}")
    with work_folder(folder.parent, f"{manifest.number}.{way}") as work:
        archive = _archive(work, folder, manifest, names, encryption, way) if as_one else None
        yield Parcel(manifest, folder, names, archive, encryption, key, work)


def _archive(
    work: Path,
    folder: Path,
    manifest: Manifest,
    names: tuple[str, ...],
    encryption: Encryption | None,
    way: str,
) -> Path:
    """One that is encrypted comes out different each time. It is kept until ``forget``, so that
    what is tried again is the same."""
    tar = work / f"{manifest.recipient}-{manifest.number}.tar"
    if encryption is None:
        write_tar(tar, folder, names, str(manifest.number))
        return tar
    keep = folder.parent / f"{_kept(manifest.number, way)}{encryption.fingerprint[:16]}"
    kept = keep / f"{tar.name}.{encryption.suffix}"
    if not kept.is_file():
        write_tar(tar, folder, names, str(manifest.number))
        sealed = work / kept.name
        encryption.encrypt(tar, sealed)
        tar.unlink()
        keep.mkdir(mode=0o700, exist_ok=True)
        sealed.replace(kept)
    return kept


def forget(parent: Path, number: int, way: str) -> None:
    """Remove what was kept of a delivery in ``parent``, the folder of the recipient's releases."""
    for folder in parent.glob(f"{_kept(number, way)}*"):
        shutil.rmtree(folder)


def _kept(number: int, way: str) -> str:
    return f".{number}.{way}.sealed-"


def in_order(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """The files of a release: those listed, signature and time-stamp where there are, and last the
    manifest, which makes an export of them."""
    seals = tuple(name for name in (SIGNATURE, STAMP) if (folder / name).is_file())
    return (*(file.name for file in manifest.files), *seals, NAME)


def write_tar(path: Path, folder: Path, names: Sequence[str], below: str) -> None:
    """Write ``names`` of ``folder`` into a new archive (POSIX.1-1988 ustar), below the folder
    ``below``: the same files give the same bytes."""
    write_private(path, [])
    with (
        path.open("wb") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        top = tarfile.TarInfo(below)
        top.type, top.mode = tarfile.DIRTYPE, 0o700
        tar.addfile(top)
        for name in names:
            entry = tarfile.TarInfo(f"{below}/{name}")
            entry.mode, entry.size = 0o600, (folder / name).stat().st_size
            with (folder / name).open("rb") as content:
                tar.addfile(entry, content)
