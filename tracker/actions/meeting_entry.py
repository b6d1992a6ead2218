"""Saving a meeting with everything entered on the same page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from tracker.actions.documents import attach_text
from tracker.actions.save import RowEdit, save
from tracker.errors import Invalid
from tracker.models import Account, CommitmentParty, CommitmentSource, Document, Meeting, Participant, Party, Passage
from tracker.queries import participants
from tracker.records import kind_of
from tracker.records.commitments import CommitmentPartyForm, CommitmentSourceForm
from tracker.records.documents import PassageForm
from tracker.records.fields import FieldMixin
from tracker.records.meetings import MeetingForm
from tracker.records.participants import ParticipantForm
from tracker.records.passage_field import PassageField, SourceText
from tracker.vocabulary import Attendance, PartyKind, PartyRole


def save_meeting_entry(
    account: Account | None,
    meeting: Meeting,
    form: MeetingForm,
    rows: Sequence[RowEdit],
    newcomers: Sequence[RowEdit],
    texts: Mapping[Document, str | None],
    readings: Sequence[SourceText],
) -> None:
    """Save new records of other kinds, the texts of new documents, new passages, the meeting and its rows.

    All forms have been validated. Raises Invalid or Conflict as `save` does; then the caller must roll back.
    """
    for edit in newcomers:
        save(account, edit.record, edit.form)
    for document, text in texts.items():
        if text:
            attach_text(account, document, text)
    _save_passages(account, rows, readings)
    by_kind: dict[str, list[RowEdit]] = {}
    for row in rows:
        by_kind.setdefault(row.kind.name, []).append(row)
    seats = by_kind.get("participations", [])
    _settle_people(account, seats)
    attending = [seat.form for seat in seats if not seat.removed]
    form.sides = [_side(f["party"].data) for f in attending if f["attendance"].data is not Attendance.MENTIONED_ONLY]
    save(account, meeting, form, [*seats, *by_kind.get("meeting-links", [])])
    for row in by_kind.get("commitments", []):
        save(account, row.record, row.form, _commitment_rows(row))
    for row in by_kind.get("claims", []):
        save(account, row.record, row.form)


def _save_passages(account: Account | None, rows: Sequence[RowEdit], readings: Sequence[SourceText]) -> None:
    """Save the new passages that rows cite."""
    fields = [field for row in rows if not row.removed for field in row.form]
    cited = {field.passage for field in fields if isinstance(field, PassageField) and field.data}
    for reading in readings:
        new = [_passage_row(passage, reading.document) for passage in reading.new if passage in cited]
        if new:
            # All in one step, so that the version of the document rises once and its text is read once.
            save(account, new[0].record, new[0].form, new[1:])


def _passage_row(passage: Passage, document: Document) -> RowEdit:
    place = {name: getattr(passage, name) for name in ("paragraph", "sentence", "start", "end")}
    return RowEdit(kind_of(passage), passage, PassageForm(data=place | {"document": document}))


def _settle_people(account: Account | None, seats: Sequence[RowEdit]) -> None:
    """Fill in the participant of each seat that has only a name, adding one if nobody has the name.

    Raises Invalid if several have it.
    """
    chosen: list[tuple[FieldMixin[Any], Participant]] = []
    errors: dict[str, list[str]] = {}
    for seat in filter(is_unsettled, seats):
        participant, printed = seat.form["participant"], seat.form["name_as_printed"].data
        matches = participants.participants_named(printed)
        if len(matches) > 1:
            names = {"codes": ", ".join(person.code for person in matches)}
            text = _("More than one participant has this name (%(codes)s): choose which, or add a new one.", **names)
            errors[participant.name] = participant.errors = [text]
        elif matches:
            chosen.append((participant, matches[0]))
        else:
            newcomer = Participant()
            save(account, newcomer, ParticipantForm(data={"name": printed}))
            chosen.append((participant, newcomer))
    if errors:
        raise Invalid(errors)
    for participant, person in chosen:
        participant.data = person


def is_unsettled(seat: RowEdit) -> bool:
    """Return whether a seat has the name of a person, but no participant."""
    form = seat.form
    return not (seat.removed or form["is_group"].data or form["participant"].data or not form["name_as_printed"].data)


def _side(party: Party) -> Party:
    """Return the country that a party belongs to, or the party itself."""
    ancestor: Party | None = party
    while ancestor is not None and ancestor.kind is not PartyKind.COUNTRY:
        ancestor = ancestor.parent
    return ancestor or party


def _commitment_rows(commitment: RowEdit) -> list[RowEdit]:
    """Return the parties and the source of a commitment from its one row."""
    form, parent = commitment.form, {"commitment": commitment.record}
    leads = [CommitmentPartyForm(data=parent | {"party": p, "role": PartyRole.LEAD}) for p in form["leads"].data]
    rows = [RowEdit(kind_of(CommitmentParty), CommitmentParty(), lead) for lead in leads]
    passage = form["passage"]
    if isinstance(passage, PassageField) and passage.data:
        values = {name: form[name].data for name in ("relation", "attributed_to")}
        source = CommitmentSourceForm(data=parent | values | {"passage": passage.passage})
        rows.append(RowEdit(kind_of(CommitmentSource), CommitmentSource(), source))
    return rows
