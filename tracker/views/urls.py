"""What stands in an address."""

import re
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter

from tracker.errors import Invalid
from tracker.models import AsOf
from tracker.records import CATALOGUE, Kind
from tracker.records.filters import AsOfForm


class KindConverter(BaseConverter):
    """The name of a kind of record, as the kind."""

    regex = "|".join(CATALOGUE)

    def to_python(self, value: str) -> Kind:
        return CATALOGUE[value]

    def to_url(self, value: str | Kind) -> str:
        return value if isinstance(value, str) else value.name


class PagedKindConverter(KindConverter):
    """The name of a kind whose records have pages of their own."""

    # Tried before the other, so that /new is the page for adding and not a code.
    weight = 50
    regex = "|".join(name for name, kind in CATALOGUE.items() if not kind.parent and not kind.append_only)


class CodeConverter(BaseConverter):
    """The code of a record."""

    regex = "[a-z0-9][a-z0-9.-]{0,99}"


def requested_format(*known: str) -> str:
    """Return the file format the address asks for, or "" for the page; raises Invalid."""
    form = request.args.get("format", "")
    if form and form not in known:
        raise Invalid({"format": [_("“%(form)s” is not one of: %(known)s.", form=form[:60], known=", ".join(known))]})
    return form


def list_address(kind: str, /, **filters: str) -> str:
    """Return the address of the list of a kind, as filters narrow it; one of them may be called "kind", too."""
    return url_for("records.index", kind=kind) + (f"?{urlencode(filters)}" if filters else "")


def with_requested_dates(path: str) -> str:
    """Return an address of this site as of the same time as this page."""
    dates = {name: request.args[name] for name in ("as_of", "known_by") if request.args.get(name)}
    page, mark, place = path.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{urlencode(dates)}{mark}{place}" if dates else path


def local_path(path: str | None) -> str:
    """Return a path within the tracker that a form may lead back to, or "" for any other address."""
    path = path or ""
    inside = path.startswith(url_for("dashboard.index")) and re.fullmatch(r"/(?![/\\])[^\s\\]*", path)
    # A browser takes two dots as a step up, written as %2E too.
    return path if inside and len(path) <= 2_000 and not re.search(r"(?i)/(\.|%2e){2}", path) else ""


def requested_as_of() -> AsOf:
    """Return as of when the address asks for things; raises Invalid."""
    form = AsOfForm(request.args)
    if not form.validate():
        raise Invalid(form.errors)
    return form.as_of_dates


def current_url(**changes: str | list[str] | None) -> str:
    """Return this page's address with other values; None takes one out, and so does a changed list its page."""
    args: MultiDict[str, str] = request.args.copy()
    for name in ("after", "before"):
        args.poplist(name)
    for name, value in changes.items():
        args.poplist(name)
        if value is not None:
            args.setlist(name, value if isinstance(value, list) else [value])
    here = url_for(request.endpoint or "", **request.view_args or {})
    return here + (f"?{urlencode(list(args.items(multi=True)))}" if args else "")


def tidy_url() -> str:
    """Return this address without what a form sends of fields left empty, or "" if it is tidy."""
    if all(value for _name, value in request.args.items(multi=True)):
        return ""
    return current_url(**{name: [v for v in request.args.getlist(name) if v] or None for name in request.args})


def url_without(name: str, value: str) -> str:
    """Return this page's address without one value of a filter."""
    return current_url(**{name: [other for other in request.args.getlist(name) if other != value]})
