"""Parsing addresses and building them."""

import re
from collections.abc import Iterable
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
    """A kind of record, by its name."""

    regex = "|".join(CATALOGUE)

    def to_python(self, value: str) -> Kind:
        return CATALOGUE[value]

    def to_url(self, value: str | Kind) -> str:
        return value if isinstance(value, str) else value.name


class PagedKindConverter(KindConverter):
    """A kind whose records have their own pages, by its name."""

    # Matched before KindConverter, so that /new is the page for adding and not a code.
    weight = 50
    regex = "|".join(name for name, kind in CATALOGUE.items() if not kind.parent and not kind.append_only)


class CodeConverter(BaseConverter):
    """The code of a record."""

    regex = "[a-z0-9][a-z0-9.-]{0,99}"


def requested_format(*known: str) -> str:
    """Return the file format the address asks for, or "" for the page; raises Invalid."""
    file_format = request.args.get("format", "")
    if file_format:
        require_known("format", file_format, known)
    return file_format


def require_known(name: str, value: str, known: Iterable[str]) -> None:
    """Raise Invalid if a parameter of the address has an unknown value."""
    if errors := unknown_value(name, value, known):
        raise Invalid(errors)


def unknown_value(name: str, value: str, known: Iterable[str]) -> dict[str, list[str]]:
    """Return {name: [message]} if the value of a parameter is unknown, else {}."""
    known = list(known)
    text = _("“%(value)s” is not one of: %(known)s.", value=value[:60], known=", ".join(known))
    return {} if value in known else {name: [text]}


def list_address(kind: str, /, **filters: str) -> str:
    """Return the address of the filtered list of a kind; a filter may be called "kind", too."""
    return url_for("records.index", kind=kind) + (f"?{urlencode(filters)}" if filters else "")


def with_requested_dates(path: str) -> str:
    """Return an address of the tracker with the `as_of` and `known_by` of this page."""
    dates = {name: request.args[name] for name in ("as_of", "known_by") if request.args.get(name)}
    page, mark, place = path.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{urlencode(dates)}{mark}{place}" if dates else path


def local_path(path: str | None) -> str:
    """Return the path if it is within the tracker, so that a form may redirect to it, else ""."""
    path = path or ""
    inside = path.startswith(url_for("dashboard.index")) and re.fullmatch(r"/(?![/\\])[^\s\\]*", path)
    # A browser takes two dots as a step up, written as %2E too.
    return path if inside and len(path) <= 2_000 and not re.search(r"(?i)/(\.|%2e){2}", path) else ""


def requested_as_of() -> AsOf:
    """Return the two dates in the address; raises Invalid."""
    form = AsOfForm(request.args)
    if not form.validate():
        raise Invalid(form.errors)
    return form.as_of_dates


def current_url(**changes: str | list[str] | None) -> str:
    """Return this page's address with other values, on the first page of its list; None removes a value."""
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
    """Return this address without its empty parameters, or "" if it has none."""
    if all(value for _name, value in request.args.items(multi=True)):
        return ""
    return current_url(**{name: [v for v in request.args.getlist(name) if v] or None for name in request.args})


def url_without(name: str, value: str) -> str:
    """Return this page's address without one value of a filter."""
    return current_url(**{name: [other for other in request.args.getlist(name) if other != value]})
