"""Documents and their passages: their forms, filters and columns."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import false, func, select
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker.models import Document, Party, Passage
from tracker.models.documents import document_issuer
from tracker.records import record_codes
from tracker.records.base import Kind, RecordForm, RowForm, attribute_column, derived_column, note_field
from tracker.records.date_fields import Date, Timestamp, check_precision, format_date_range
from tracker.records.fields import Choice, Code, Flag, LongText, Number, Reference, Text, WebAddress
from tracker.records.filters import Filters, any_of, date_range
from tracker.vocabulary import DatePrecision, DocumentKind, PassageCheck


def check_sha256(_form: BaseForm, field: Field) -> None:
    if not re.fullmatch("[0-9a-f]{64}", field.data):
        raise StopValidation(_("A sha256 is 64 characters, each 0–9 or a–f."))


class DocumentForm(RecordForm):
    model = Document
    title = Text(_l("Title"), required=True)
    title_supplied = Flag(
        _l("The title is ours"), description=_l("The document has none of its own; ours is shown in brackets.")
    )
    kind = Choice(_l("Kind"), DocumentKind, required=True)
    language = Code(_l("Language"), "languages", required=True)
    issued_by = Reference(
        _l("Issued by"), Party, multiple=True, description=_l("Whose own words these are; nobody’s for a news report.")
    )
    publisher = Text(_l("Publisher"))
    republisher = Text(_l("Republisher"), description=_l("Who printed this copy, if somebody else."))
    published_precision = Choice(
        _l("Publication date is known to the"), DatePrecision, required=True, default=DatePrecision.DAY
    )
    published_on = Date(_l("Published on"), description=_l("The first day, where only a month or year is known."))
    web_address = WebAddress(_l("Web address"))
    retrieved_on = Date(_l("Retrieved on"))
    sha256 = Text(
        _l("sha256 of the text"),
        max_length=64,
        validators=[check_sha256],
        description=_l("As UTF-8 with line ends as LF."),
    )
    note = note_field()

    def usual_code(self) -> str:
        if self.published_on.data:
            words = f"{self.kind.data.value.replace('_', ' ')} {self.published_on.data}"
            return record_codes.code_from_words(Document, words, self.lookup.reserved)
        return super().usual_code()

    def validate_published_precision(self, field: Choice) -> None:
        unexpected = _("A publication date is given: say how well it is known, or empty it.")
        missing = _("No publication date is given: choose “Unknown”, or fill in the date.")
        check_precision(field, self.published_on, unexpected, missing)


class DocumentFilters(Filters):
    kind = any_of(DocumentForm.kind, Document.kind)
    issued_by = any_of(DocumentForm.issued_by, select(document_issuer))
    language = any_of(DocumentForm.language, Document.language)
    published_from, published_to = date_range(_l("Published from"), _l("Published to"), Document.published_on)


KIND = Kind(
    name="documents",
    form=DocumentForm,
    singular=_l("Document"),
    plural=_l("Documents"),
    description=_l("The texts everything here rests on: statements, readouts, reports."),
    list_columns=("title", "kind", "issued_by", "language", "published_on"),
    sort_keys=("published_on", "title", "code"),
    order="-published_on",
    filters=DocumentFilters,
    extra_columns=(
        attribute_column(Document.text_sha256, Text(_l("sha256 of the attached text"))),
        derived_column(
            "text_differs",
            Flag(_l("The text differs from the one catalogued")),
            func.coalesce(Document.sha256 != Document.text_sha256, false()),
        ),
    ),
    shown={"published_on": lambda document: format_date_range(document.published_on, document.published_precision)},
)


class PassageForm(RowForm):
    model = Passage
    letter = "x"
    document = Reference(_l("Document"), Document, required=True)
    paragraph = Number(
        _l("Paragraph"), required=True, maximum=999_999, description=_l("0 is the title; without one, the first is 1.")
    )
    sentence = Number(_l("Sentence"), minimum=1, maximum=999_999)
    start = Number(_l("From character"), required=True, description=_l("Counted from 0 within the paragraph."))
    end = Number(_l("To character"), required=True, minimum=1, description=_l("The first one no longer in it."))
    sha256 = Text(_l("sha256 of its words"), max_length=64, validators=[check_sha256])
    note = note_field()

    def validate_end(self, end: Number) -> None:
        if self.start.data is not None and end.data is not None and end.data <= self.start.data:
            raise StopValidation(_("The passage must end after it starts: write more than %(n)s.", n=self.start.data))


class PassageFilters(Filters):
    document = any_of(PassageForm.document, Passage.document_id)
    check_result = any_of(Choice(_l("Check"), PassageCheck), Passage.check_result)


PASSAGES = Kind(
    name="passages",
    form=PassageForm,
    singular=_l("Passage"),
    plural=_l("Passages"),
    description=_l("The places in documents that commitments, claims and seats rest on."),
    list_columns=("code", "document", "paragraph", "sentence", "start", "end", "check_result"),
    sort_keys=("code", "document"),
    filters=PassageFilters,
    extra_columns=(
        derived_column("length", Number(_l("Length")), Passage.end - Passage.start),
        attribute_column(Passage.exact, LongText(_l("Exact words"))),
        attribute_column(Passage.prefix, LongText(_l("Words before"), internal=True)),
        attribute_column(Passage.suffix, LongText(_l("Words after"), internal=True)),
        attribute_column(Passage.check_result, Choice(_l("Check"), PassageCheck)),
        attribute_column(Passage.checked_at, Timestamp(_l("Checked at"))),
        attribute_column(Passage.found_paragraph, Number(_l("Found in paragraph"))),
        attribute_column(Passage.found_start, Number(_l("Found from character"))),
    ),
)
