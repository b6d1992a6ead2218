"""A meeting with all that is told of it, entered on one page and saved at once."""

from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import inspect

from tracker.actions.meeting_entry import is_unsettled, save_meeting_entry
from tracker.actions.save import RowEdit
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, Passage
from tracker.models.document_texts import current_paragraphs
from tracker.passage_text import begins_with_title, normalise_line_ends, split_paragraphs
from tracker.queries import listing
from tracker.queries.participants import participants_named
from tracker.records import CATALOGUE, Kind, kind_of, participants
from tracker.records.areas import AreaForm
from tracker.records.base import RecordForm
from tracker.records.fields import FORBIDDEN_CHARACTERS
from tracker.records.lookup import UnsavedRecord, shortened
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
from tracker.views.record_editor import RecordEditor, RowTable

#: What can be added without leaving: {kind: (form, fields shown at first)}.
NEWCOMERS: dict[str, Any] = {
    "parties": (PartyForm, ("name", "kind", "parent")),
    "participants": (participants.ParticipantForm, ("name", "other_names")),
    "areas": (AreaForm, ("name", "description")),
    "documents": (DocumentEntry, ("title", "title_supplied", "kind", "language", "published_on", "publisher", "text")),
}
#: What is told of the meeting: {kind: (form, field that names the meeting, fields shown at first)}.
TOLD: dict[str, Any] = {
    "participations": (
        SeatEntry,
        "meeting",
        ("name_as_printed", "office_as_printed", "party", "role", "attendance", "passage", "is_group"),
    ),
    "commitments": (
        CommitmentEntry,
        "meeting",
        ("title", "text", "kind", "area", "leads", "passage", "relation", "attributed_to"),
    ),
    "claims": (ClaimEntry, "meeting", ("text", "attributed_to", "area", "passage", "value", "unit")),
    "meeting-links": (LinkEntry, "meeting", ("kind", "to", "certainty", "passage")),
}


class MeetingEditor(RecordEditor):
    """The page of a meeting: what is added on the way, the meeting, its seats, commitments, claims and links."""

    form: MeetingForm

    #: Fields of the meeting that are seldom filled in.
    folded = ("code", "title_es", "status", "ends_on", "series", "note")

    def build(self) -> None:
        self.newcomers = {name: self._newcomers(name) for name in NEWCOMERS}
        self.form = cast(MeetingForm, self.main_form())
        self.told = {
            name: self.table(CATALOGUE[name], form, owner, first) for name, (form, owner, first) in TOLD.items()
        }
        self.tables = [*self.newcomers.values(), *self.told.values()]
        self.readings = self._readings()
        typed = self.typed or {}
        before = typed.get("reading")
        asked = typed.get("read") or before
        #: Which of the texts is being read, if any.
        self.reading_key = asked if asked in self.readings else next(iter(self.readings), None)
        self.reading = self.readings[self.reading_key] if self.reading_key else None
        for form in [edit.form for table in self.told.values() for edit in table.edits]:
            for field in form:
                if isinstance(field, PassageField):
                    field.read_in(self.readings, self.reading, before)
            if isinstance(form, CommitmentEntry):
                form.usual_day = self.form["starts_on"].data

    @property
    def newcomers_open(self) -> bool:
        """Return whether what is added on the way is shown at once: there is some, or nothing to choose from."""
        return any(self.filled(table) for table in self.newcomers.values()) or listing.has_no_records(
            CATALOGUE["parties"]
        )

    def _newcomers(self, name: str) -> RowTable:
        """Return the rows of a kind to add; what is typed can be chosen in all that follows."""
        form, first = NEWCOMERS[name]
        return self.table(CATALOGUE[name], form, "", first)

    def row(self, *args: Any, **kwargs: Any) -> RowEdit:
        edit = super().row(*args, **kwargs)
        called = edit.form[edit.form.coded_by].data if edit.kind.name in NEWCOMERS else None
        if called and not edit.removed:
            label = shortened(FORBIDDEN_CHARACTERS.sub("�", called))
            self.lookup.unsaved(edit.kind.model).append(UnsavedRecord(key_of(edit), edit.record, label))
        return edit

    def _readings(self) -> dict[str, SourceText]:
        """Return {key: what can be read beside}: the texts of the meeting's documents, and those just pasted."""
        readings = {}
        for edit in self.filled(self.newcomers["documents"]):
            form: Any = edit.form
            if form.text.data and len(form.text.data) <= MAX_TEXT_LENGTH:
                # What no page can hold is told by the field; here it only keeps its place.
                text = FORBIDDEN_CHARACTERS.sub("�", normalise_line_ends(form.text.data))
                titled = not form.title_supplied.data and begins_with_title(text, form.title.data or "")
                parted = split_paragraphs(text, 0 if titled else 1)
                key = key_of(edit)
                called, language = (
                    shortened(FORBIDDEN_CHARACTERS.sub("�", form.title.data or key)),
                    form.language.data or "en",
                )
                readings[key] = SourceText(edit.record, key, called, language, parted)
        for document in self.form["documents"].data or ():
            held = current_paragraphs(session, document) if inspect(document).persistent else None
            if held is not None:
                known = listing.rows_of_parent(kind_of(Passage), document)
                key = document.code
                readings[key] = SourceText(document, key, str(document), document.language, held, known)
        return readings

    @property
    def entered(self) -> list[tuple[Kind, RecordForm]]:
        newcomers = [(edit.kind, edit.form) for table in self.newcomers.values() for edit in self.filled(table)]
        unknown = {
            edit.form["name_as_printed"].data: participants.ParticipantForm(
                data={"name": edit.form["name_as_printed"].data}
            )
            for edit in self.filled(self.told["participations"])
            if is_unsettled(edit) and not participants_named(edit.form["name_as_printed"].data)
        }
        return [*super().entered, *newcomers, *((participants.KIND, form) for form in unknown.values())]

    def save(self, account: Account | None) -> None:
        read = self.posted.get("reading-sha256") if self.posted else None
        if self.reading is not None and read and read != self.reading.document.text_sha256:
            said = _("The text of “%(document)s” was replaced since you opened this page.", document=self.reading.title)
            raise Conflict(f"{said} {_('See whether your passages still stand where you say, and save again.')}")
        every = [RowEdit(self.kind, self.record, self.form), *self.rows]
        wrong = [edit.form.errors for edit in every if not edit.removed and not edit.form.validate()]
        if wrong:
            raise Invalid({name: said for errors in wrong for name, said in errors.items()})
        newcomers = [edit for table in self.newcomers.values() for edit in self.filled(table)]
        texts = {edit.record: edit.form["text"].data for edit in newcomers if edit.kind.name == "documents"}
        documents = self.form["documents"]
        documents.data = [*documents.data, *(each for each in texts if each not in documents.data)]
        rows = [edit for table in self.told.values() for edit in self.filled(table)]
        save_meeting_entry(account, self.record, self.form, rows, newcomers, texts, list(self.readings.values()))


def key_of(edit: RowEdit) -> str:
    """Return what stands in a list of choices for a row that is not saved yet."""
    return f"+{edit.form._prefix.removesuffix('-')}"
