"""Which engine there is: the one place that knows both."""

from __future__ import annotations

import shutil
from pathlib import Path

from domain.errors import IndexingError
from index.elastic import ElasticEngine
from index.embedded import EmbeddedEngine
from index.engine import Engine


def open_engine(url: str, path: Path) -> Engine:
    """The embedded engine in ``path`` when ``url`` is empty, the Elasticsearch at ``url`` else.

    Raises IndexingError when it cannot be opened, or was made by another version.
    """
    return ElasticEngine(url) if url else EmbeddedEngine(path)


def open_anew(url: str, path: Path) -> Engine:
    """The same engine, empty: whatever was in it is gone, and its generation is another.

    Raises IndexingError when another process is writing to it.
    """
    if url:
        return ElasticEngine(url, anew=True)
    _check_free(path)
    try:
        if path.exists():
            _remove(path)
    except OSError as error:
        raise IndexingError(f"cannot remove the old index in {path}: {error}") from error
    return EmbeddedEngine(path)


def _check_free(path: Path) -> None:
    """Raise when the index is in use; a damaged one is about to be thrown away and may be so."""
    try:
        EmbeddedEngine(path).delete(())
    except IndexingError as error:
        if not error.permanent:
            raise


def _remove(path: Path) -> None:
    """Only what the engine itself makes is removed, so that a wrong path costs nothing else."""
    for file in path.glob("format.json*"):
        file.unlink()
    if (path / "segments").is_dir():
        shutil.rmtree(path / "segments")
