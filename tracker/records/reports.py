"""Status reports: the form that requests one, and the filters and columns of issued reports."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from tracker.models import Meeting, ReportRun
from tracker.records import record_codes
from tracker.records.base import Kind, RecordForm, attribute_column, log_columns
from tracker.records.date_fields import Date, PastMoment, not_after_today, not_in_future
from tracker.records.fields import Choice, LongText, Number, Reference, Text
from tracker.records.filters import Filters, any_of, date_range
from tracker.vocabulary import Chapter


class ReportForm(RecordForm):
    """What a report holds; its scope is the query string of a list of commitments."""

    model = ReportRun
    title = Text(_l("Title"), required=True)
    cover_note = LongText(_l("Cover note"), max_length=5000, description=_l("Printed under the title."))
    scope = Text(_l("Scope"), max_length=8000)
    as_of = Date(
        _l("As of"), required=True, validators=[not_after_today], description=_l("How things stand on this day.")
    )
    known_by = PastMoment(
        _l("As known by"),
        validators=[not_in_future],
        description=_l("By what was recorded here until the end of this day; left empty, until now."),
    )
    since = Date(
        _l("News since"),
        description=_l("What changed after this day is news. Left empty: since the last meeting in scope held before."),
    )
    since_meeting = Reference(
        _l("News since the meeting"),
        Meeting,
        description=_l("Instead of a day: what changed after its last day is news."),
    )
    chapters = Choice(
        _l("What it includes"),
        Chapter,
        multiple=True,
        description=_l("What is new is always told. The timeline and the evidence stand with each commitment."),
    )

    def usual_code(self) -> str:
        return record_codes.numbered_code(ReportRun, "r", self.lookup.reserved)

    def validate_since(self, since: Date) -> None:
        if since.data and self.as_of.data and since.data > self.as_of.data:
            raise StopValidation(_("This day comes after the one the report is as of: choose an earlier one."))

    def validate_since_meeting(self, chosen: Reference) -> None:
        if self.record is not None:
            # An issued report keeps the day the meeting had then.
            return
        starts_on = chosen.data.starts_on
        if self.since.data:
            raise StopValidation(_("A day is given in “News since” too: empty one of the two."))
        if starts_on is None:
            raise StopValidation(_("The day of this meeting is not known: give a day in “News since” instead."))
        if self.as_of.data and starts_on > self.as_of.data:
            raise StopValidation(_("This meeting is later than the day the report is as of: choose an earlier one."))


class ReportFilters(Filters):
    since_meeting = any_of(ReportForm.since_meeting, ReportRun.since_meeting_id)
    recorded_from, recorded_to = date_range(_l("Issued from"), _l("Issued to"), ReportRun.recorded_at)


KIND = Kind(
    name="reports",
    form=ReportForm,
    singular=_l("Report"),
    plural=_l("Reports"),
    description=_l(
        "Status reports that were issued, each kept as it was: its files can be downloaded again, and verified."
    ),
    list_columns=("title", "sentence", "as_of", "since", "commitments", "recorded_at", "recorded_by"),
    sort_keys=("recorded_at", "as_of", "title", "code"),
    order="-recorded_at",
    filters=ReportFilters,
    internal=True,
    extra_columns=log_columns(
        ReportRun,
        attribute_column(ReportRun.sentence, Text(_l("Scope in words"))),
        attribute_column(ReportRun.commitments, Number(_l("Commitments"))),
        attribute_column(ReportRun.head_seq, Number(_l("Changes in the history"))),
        attribute_column(ReportRun.head_hash, Text(_l("Head of the history"))),
        attribute_column(ReportRun.sha256, Text(_l("SHA-256 of the data"))),
    ),
)
