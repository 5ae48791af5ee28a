"""Photos on their way in: read in memory alone, so that none lies on a disk unsealed, and no more than can be used."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from aftercare import report_photos
from clinic import pictures

MOST_SENT = 500_000_000  # bytes of one post, read to their end so that what was typed can be shown again


class InMemory(FileUploadHandler):
    """Keeps the files that can be used; of a file too many or too large the size alone, and not a byte."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.count, self.sent = 0, 0
        self.content = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.sent += len(raw_data)
        if self.sent > MOST_SENT:
            raise StopUpload(connection_reset=True)
        if self.count > report_photos.MOST or start + len(raw_data) > pictures.LARGEST:
            self.content = BytesIO()
        else:
            self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        return InMemoryUploadedFile(
            file=self.content,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def read_in_memory(request: HttpRequest) -> None:
    """Let the files of this post be read in memory; called before anything of it is looked at."""
    request.upload_handlers = [InMemory(request)]
