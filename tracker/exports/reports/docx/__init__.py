"""A status report as a Word file, laid into our own template or into one that people made."""

from collections.abc import Callable
from datetime import datetime

from tracker.exports.reports.blocks import ReportDocument
from tracker.exports.reports.docx.writer import build_docx, check_template

__all__ = ["MEDIA_TYPE", "check_template", "write"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def write_docx(
    laid: ReportDocument, template: bytes | None, issued_at: datetime, png: Callable[[str], bytes], author: str = ""
) -> bytes:
    """Return a report as a Word file: the same bytes for the same report, template and moment.

    `png` makes a picture of an SVG; `author` is who issued the report. Raises Invalid for a template that will not do.
    """
    if template is not None:
        check_template(template)
    return build_docx(laid, template, issued_at, png, author)
