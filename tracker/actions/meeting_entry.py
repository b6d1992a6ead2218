"""Saving a meeting together with all that was entered about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from tracker.actions.documents import attach_text
from tracker.actions.save import RowEdit, save
from tracker.errors import Invalid
from tracker.models import Account, CommitmentParty, CommitmentSource, Document, Meeting, Participant, Party, Passage
from tracker.queries import participants
from tracker.records import kind_of
from tracker.records.commitment_parties import CommitmentPartyForm
from tracker.records.commitment_sources import CommitmentSourceForm
from tracker.records.documents import PassageForm
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
    """Save what was added on the way, the texts of new documents, the passages made, the meeting and its rows.

    All forms have been validated. Raises Invalid or Conflict as `save` does; what was saved before that must be undone.
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
    form.sides = [_side(seat.form["party"].data) for seat in seats if _sat(seat)]
    save(account, meeting, form, [*seats, *by_kind.get("meeting-links", [])])
    for row in by_kind.get("commitments", []):
        save(account, row.record, row.form, _rows_of(row))
    for row in by_kind.get("claims", []):
        save(account, row.record, row.form)


def _save_passages(account: Account | None, rows: Sequence[RowEdit], readings: Sequence[SourceText]) -> None:
    """Save the passages that were made and are cited."""
    fields = [field for row in rows if not row.removed for field in row.form]
    cited = {place.passage for place in fields if isinstance(place, PassageField) and place.data}
    for reading in readings:
        new = [_row_of(made, reading.document) for made in reading.made if made in cited]
        if new:
            # At once, so that the document's version steps once and its text is read once.
            save(account, new[0].record, new[0].form, new[1:])


def _row_of(passage: Passage, document: Document) -> RowEdit:
    told = {name: getattr(passage, name) for name in ("paragraph", "sentence", "start", "end")}
    return RowEdit(kind_of(passage), passage, PassageForm(data=told | {"document": document}))


def _settle_people(account: Account | None, seats: Sequence[RowEdit]) -> None:
    """Fill in whose each seat is where only the name was given; who has no record yet gets one.

    Raises Invalid where several have that name.
    """
    chosen: dict[Any, Participant] = {}
    wrong: dict[str, Any] = {}
    for seat in filter(is_unsettled, seats):
        participant, printed = seat.form["participant"], seat.form["name_as_printed"].data
        found = participants.participants_named(printed)
        if len(found) > 1:
            codes = ", ".join(person.code for person in found)
            said = _(
                "More than one participant has this name (%(codes)s): choose which, or add a new one.", codes=codes
            )
            wrong[participant.name] = participant.errors = [said]
        elif found:
            chosen[participant] = found[0]
        else:
            chosen[participant] = Participant()
            save(account, chosen[participant], ParticipantForm(data={"name": printed}))
    if wrong:
        raise Invalid(wrong)
    for participant, person in chosen.items():
        participant.data = person


def is_unsettled(seat: RowEdit) -> bool:
    """Return whether a seat names a person, but does not say which participant that is."""
    form = seat.form
    return not (seat.removed or form["is_group"].data or form["participant"].data or not form["name_as_printed"].data)


def _sat(seat: RowEdit) -> bool:
    return not seat.removed and seat.form["attendance"].data is not Attendance.MENTIONED_ONLY


def _side(party: Party) -> Party:
    """Return the country that a party belongs to, or the party itself."""
    whole: Party | None = party
    while whole is not None and whole.kind is not PartyKind.COUNTRY:
        whole = whole.parent
    return whole or party


def _rows_of(commitment: RowEdit) -> list[RowEdit]:
    """Return the parties and the source of a commitment that was entered as one row."""
    form: Any = commitment.form
    owner = {"commitment": commitment.record}
    rows: list[RowEdit] = []
    for party in form.leads.data:
        lead = CommitmentParty()
        rows.append(
            RowEdit(kind_of(lead), lead, CommitmentPartyForm(data=owner | {"party": party, "role": PartyRole.LEAD}))
        )
    if form.passage.data:
        told = {
            "passage": form.passage.passage,
            "relation": form.relation.data,
            "attributed_to": form.attributed_to.data,
        }
        source = CommitmentSource()
        rows.append(RowEdit(kind_of(source), source, CommitmentSourceForm(data=owner | told)))
    return rows
