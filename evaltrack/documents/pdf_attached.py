"""Files within a PDF."""

import ctypes
from contextlib import closing

from django.utils.translation import gettext as _

from evaltrack.documents.errors import UnreadableFileError

MOST = 50  # attachments that are looked at


def named(data: bytes, name: str, *, largest: int) -> bytes | None:
    """The first attachment of this name, or None where there is none, or the PDF cannot be opened.

    Raises :class:`UnreadableFileError` where it has more than ``largest`` bytes, or is damaged.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            for number in range(min(document.count_attachments(), MOST)):
                attachment = document.get_attachment(number)
                if attachment.get_name() != name:
                    continue
                size = ctypes.c_ulong()
                pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
                if size.value > largest:
                    raise UnreadableFileError(_("The file attached to the PDF is too large to be read."))
                return bytes(attachment.get_data())
    except pypdfium2.PdfiumError as error:
        if "attachment" in str(error).lower() or "data" in str(error).lower():
            raise UnreadableFileError(_("The file attached to the PDF is damaged.")) from error
    return None
