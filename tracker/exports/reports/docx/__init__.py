"""A status report as a Word file, laid into our own template or into one that people made."""

from collections.abc import Callable
from datetime import datetime

from tracker.exports.reports.blocks import Laid
from tracker.exports.reports.docx.file import check_template, written

__all__ = ["MEDIA_TYPE", "check_template", "write"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def write(
    laid: Laid, template: bytes | None, issued_at: datetime, png: Callable[[str], bytes], author: str = ""
) -> bytes:
    """Return a report as a Word file: the same bytes for the same report, template and moment.

    `png` makes a picture of an SVG; `author` is who issued the report. Raises Invalid for a template that will not do.
    """
    if template is not None:
        check_template(template)
    return written(laid, template, issued_at, png, author)
