"""A report as somebody asks for it, on a page or in a command, with all that is wrong with that."""

from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.dates import today
from tracker.errors import Invalid
from tracker.queries.reports import parameters as asking
from tracker.records.filters import Filters
from tracker.records.reports import ReportForm
from tracker.vocabulary import Chapter

#: What stands among the chapters for the brief, which no report is without: alone, it leaves out all others.
BRIEF = "brief"
#: What is asked of a report beside the filters of its scope.
OWN = ("title", "cover_note", "as_of", "known_by", "since", "since_meeting", "chapters")


class ReportRequest:
    """What was asked for: by filters of the list of commitments, and by the fields of a report."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        scope = [(name, value) for name, value in args.items(multi=True) if name not in (*OWN, "show") and value]
        self.wrong: dict[str, Any] = {}
        try:
            self.filters: Filters = asking.scope_filters(urlencode(scope))
        except Invalid as error:
            self.wrong = dict(error.errors)
            # The other filters stay as they were chosen, unless there are too many of them.
            scope = [each for each in scope if not self.wrong.keys() & {each[0][:60], "filters"}]
            self.filters = asking.scope_filters(urlencode(scope))
        values = MultiDict((name, value) for name, value in args.items(multi=True) if name in OWN and value)
        values["scope"] = urlencode(scope)
        values.setdefault("as_of", today().isoformat())
        values.setdefault("title", self.usual_title)
        chapters = values.poplist("chapters") or [word.value for word in Chapter]
        values.setlist("chapters", [word for word in chapters if word != BRIEF])
        self.form = ReportForm(values)

    @property
    def usual_title(self) -> str:
        sentence = self.filters.sentence()
        return (_("Status of commitments – %(scope)s", scope=sentence) if sentence else _("Status of commitments"))[
            :300
        ]

    def asked(self, address: str) -> asking.ReportParameters:
        """Return what is asked for, with the addresses of records beginning so; raises Invalid, by field."""
        if not self.form.validate() or self.wrong:
            raise Invalid(self.wrong | self.form.errors)
        return asking.check_scope(asking.report_parameters(self.form, address))

    @property
    def errors(self) -> list[tuple[str, Any, Any]]:
        """Return (id of the field, its label, message) of all that is wrong; what no field shows is about the scope."""
        labels = {field.name: field.label.text for field in (*self.filters, *self.form)}
        places = {field.name for field in self.filters if not field.multiple} | {*OWN}
        found = [(name, said) for name, each in (self.wrong | self.form.errors).items() for said in each]
        return [(name if name in places else "scope", labels.get(name, name), said) for name, said in found]
