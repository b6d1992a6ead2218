"""A list as requested by an address: filters, order, columns and page."""

from collections.abc import Sequence
from functools import cached_property
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from tracker.queries import listing
from tracker.records import Kind
from tracker.records.base import Column
from tracker.views.urls import requested_format, require_known

#: The parameters of an address that are not filters.
VIEW = ("after", "before", "columns", "format", "of", "sort")


class ListRequest:
    """A request for a list; raises Invalid, by name, for unknown parameters and values."""

    def __init__(self, kind: Kind, args: MultiDict[str, str]) -> None:
        self.kind, self.args = kind, args
        self.format = requested_format("csv", "json", "xlsx", "about")
        self.filters = kind.filters.from_query(MultiDict((n, v) for n, v in args.items(multi=True) if n not in VIEW))
        self.order = listing.Order.parse(kind, args.get("sort"))
        self.query = listing.filtered_query(kind, self.filters)

    @property
    def filter_query(self) -> str:
        """Return the filters as a query string."""
        return urlencode([(name, value) for name, value in self.args.items(multi=True) if name not in VIEW and value])

    def _columns(self, standard: Sequence[str], required: str) -> list[Column]:
        """Return the required column, then those requested, in the order of the kind, else the standard ones."""
        chosen = [name for name in self.args.getlist("columns") if name]
        for name in chosen:
            require_known("columns", name, self.kind.columns)
        names = [name for name in self.kind.columns if name in chosen] if chosen else list(standard)
        return [self.kind.columns[name] for name in dict.fromkeys([required, *names])]

    @cached_property
    def page_columns(self) -> list[Column]:
        """Return the columns of the page, the linked one first."""
        return self._columns(self.kind.list_columns, self.kind.title_column)

    @cached_property
    def file_columns(self) -> list[Column]:
        """Return the columns of a file."""
        return self._columns(list(self.kind.columns), "code")

    def read_page(self, columns: Sequence[Column]) -> listing.Page:
        before, after = self.args.get("before"), self.args.get("after")
        as_of = self.filters.as_of_dates
        return listing.list_page(self.kind, self.query, self.order, before, after, columns, as_of)

    @cached_property
    def page(self) -> listing.Page:
        return self.read_page(self.page_columns)

    @cached_property
    def total(self) -> int:
        return listing.count_rows(self.query)

    @cached_property
    def unfiltered_total(self) -> int:
        if not self.filters.chosen:
            return self.total
        return listing.count_rows(listing.filtered_query(self.kind, self.kind.filters()))

    @cached_property
    def offers(self) -> dict[str, list[listing.FacetValue]]:
        return listing.facets(self.kind, self.filters)
