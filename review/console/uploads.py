"""No more is read of an upload than any page takes, whatever page it is sent to."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

_FORM = 1_000_000


class Bounded(FileUploadHandler):
    """Refuses a request whose body is larger than the largest file and its form could be."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, Any] | None:
        most = settings.NARCOWATCH.blocking.receipt_max_bytes + _FORM
        if content_length > most:
            raise RequestDataTooBig(f"{content_length} bytes, the most is {most}")
        return None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Passed on to whoever keeps it."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Kept by the next handler."""
        return
