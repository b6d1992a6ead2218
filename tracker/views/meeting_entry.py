"""A meeting with its seats, commitments, claims and links, entered on one page and saved at once."""

from collections.abc import Mapping
from typing import cast

from flask_babel import gettext as _
from sqlalchemy import inspect

from tracker.actions.meeting_entry import is_unsettled, save_meeting_entry
from tracker.actions.save import RowEdit
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, Meeting, Passage, Record
from tracker.models.document_texts import current_paragraphs
from tracker.passage_text import begins_with_title, normalise_line_ends, split_paragraphs
from tracker.queries import listing
from tracker.queries.participants import participants_named
from tracker.records import CATALOGUE, Kind, kind_of, participants
from tracker.records.areas import AreaForm
from tracker.records.base import RecordForm
from tracker.records.fields import mask_forbidden
from tracker.records.meeting_entry import (
    MAX_TEXT_LENGTH,
    ClaimEntry,
    CommitmentEntry,
    DocumentEntry,
    LinkEntry,
    SeatEntry,
)
from tracker.records.meetings import MeetingForm
from tracker.records.parties import PartyForm
from tracker.records.passage_field import PassageField, SourceText
from tracker.records.record_lookup import UnsavedRecord, shortened
from tracker.views.record_editor import RecordEditor

#: What can be added without leaving the page: {kind: (form, fields shown at first)}.
ADDITIONS: Mapping[str, tuple[type[RecordForm], tuple[str, ...]]] = {
    "parties": (PartyForm, ("name", "kind", "parent")),
    "participants": (participants.ParticipantForm, ("name", "other_names")),
    "areas": (AreaForm, ("name", "description")),
    "documents": (DocumentEntry, ("title", "title_supplied", "kind", "language", "published_on", "publisher", "text")),
}
#: What belongs to the meeting: {kind: (form, fields shown at first)}.
CONTENTS: Mapping[str, tuple[type[RecordForm], tuple[str, ...]]] = {
    "participations": (
        SeatEntry,
        ("name_as_printed", "office_as_printed", "party", "role", "attendance", "passage", "is_group"),
    ),
    "commitments": (
        CommitmentEntry,
        ("title", "text", "kind", "area", "leads", "passage", "relation", "attributed_to"),
    ),
    "claims": (ClaimEntry, ("text", "attributed_to", "area", "passage", "value", "unit")),
    "meeting-links": (LinkEntry, ("kind", "to", "certainty", "passage")),
}


class MeetingEditor(RecordEditor):
    """The form of a meeting, its seats, commitments, claims and links, and of what they refer to."""

    form: MeetingForm
    #: Fields of the meeting that are seldom filled in.
    folded = ("code", "title_es", "status", "ends_on", "series", "note")

    def build(self) -> None:
        # Built first: records typed here can be chosen in all other fields.
        self.additions = {
            name: self.table(CATALOGUE[name], form, "", first) for name, (form, first) in ADDITIONS.items()
        }
        self.form = cast(MeetingForm, self.main_form())
        self.contents = {
            name: self.table(CATALOGUE[name], form, "meeting", first) for name, (form, first) in CONTENTS.items()
        }
        seats = self.contents["participations"]
        seats.compared_as, seats.compared_fields = "participants", "name:name_as_printed"
        self.tables = [*self.additions.values(), *self.contents.values()]
        self.readings = self._readings()
        read_before = self.typed.get("reading") if self.typed else None
        chosen = (self.typed.get("read") if self.typed else None) or read_before
        #: The key of the text being read, if any.
        self.reading_key = chosen if chosen in self.readings else next(iter(self.readings), None)
        self.reading = self.readings[self.reading_key] if self.reading_key else None
        for form in [edit.form for table in self.contents.values() for edit in table.edits]:
            for field in form:
                if isinstance(field, PassageField):
                    field.read_in(self.readings, self.reading, read_before)
            if isinstance(form, CommitmentEntry):
                form.usual_day = self.form.starts_on.data

    @property
    def additions_open(self) -> bool:
        """Return whether the additions are unfolded: some are typed, or there are no parties to choose from yet."""
        return bool(self._added()) or listing.has_no_records(CATALOGUE["parties"])

    def _added(self) -> list[RowEdit]:
        return [edit for table in self.additions.values() for edit in self.filled(table)]

    def row(
        self, kind: Kind, form: type[RecordForm], prefix: str, row: Record | None, owner: str, blank: bool = False
    ) -> RowEdit:
        edit = super().row(kind, form, prefix, row, owner, blank)
        name = edit.form[edit.form.coded_by].data if kind.name in ADDITIONS else None
        if name and not edit.removed:
            self.lookup.unsaved(kind.model).append(UnsavedRecord(key_of(edit), edit.record, _label(name)))
        return edit

    def _readings(self) -> dict[str, SourceText]:
        """Return {key: text} of the texts to read beside the form: the meeting's documents, and those just pasted."""
        readings = {}
        for edit in self.filled(self.additions["documents"]):
            form, key = cast(DocumentEntry, edit.form), key_of(edit)
            if form.text.data and len(form.text.data) <= MAX_TEXT_LENGTH:
                # The field refuses forbidden characters; masked here, they keep positions the same.
                text = mask_forbidden(normalise_line_ends(form.text.data))
                has_title = not form.title_supplied.data and begins_with_title(text, form.title.data or "")
                paragraphs = split_paragraphs(text, 0 if has_title else 1)
                title, language = _label(form.title.data or key), form.language.data or "en"
                readings[key] = SourceText(edit.record, key, title, language, paragraphs)
        for document in self.form.documents.data or ():
            attached = current_paragraphs(session, document) if inspect(document).persistent else None
            if attached is not None:
                passages = listing.rows_of_parent(kind_of(Passage), document)
                key, title = document.code, str(document)
                readings[key] = SourceText(document, key, title, document.language, attached, passages)
        return readings

    @property
    def entered(self) -> list[tuple[Kind, RecordForm]]:
        seats = filter(is_unsettled, self.filled(self.contents["participations"]))
        names = dict.fromkeys(seat.form["name_as_printed"].data for seat in seats)
        unknown = [participants.ParticipantForm(data={"name": name}) for name in names if not participants_named(name)]
        added = [(edit.kind, edit.form) for edit in self._added()]
        return [*super().entered, *added, *((participants.KIND, form) for form in unknown)]

    def save(self, account: Account | None) -> None:
        read = self.posted.get("reading-sha256") if self.posted else None
        if self.reading is not None and read and read != self.reading.document.text_sha256:
            problem = _(
                "The text of “%(document)s” was replaced since you opened this page.", document=self.reading.title
            )
            raise Conflict(f"{problem} {_('See whether your passages still stand where you say, and save again.')}")
        edits = [RowEdit(self.kind, self.record, self.form), *self.rows]
        wrong = [edit.form.errors for edit in edits if not edit.removed and not edit.form.validate()]
        if wrong:
            raise Invalid({name: messages for errors in wrong for name, messages in errors.items()})
        texts = {edit.record: edit.form["text"].data for edit in self.filled(self.additions["documents"])}
        documents = self.form.documents
        documents.data = [*documents.data, *(document for document in texts if document not in documents.data)]
        rows = [edit for table in self.contents.values() for edit in self.filled(table)]
        meeting, readings = cast(Meeting, self.record), list(self.readings.values())
        save_meeting_entry(account, meeting, self.form, rows, self._added(), texts, readings)


def key_of(edit: RowEdit) -> str:
    """Return the key that a row not saved yet has in lists of choices."""
    return f"+{edit.form._prefix.removesuffix('-')}"


def _label(typed: str) -> str:
    return shortened(mask_forbidden(typed))
