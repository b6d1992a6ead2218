"""Addresses of the tracker's pages, built from its routes, wherever it is served."""

from flask import current_app, url_for


def page_address(endpoint: str, start: str | None = None, **values: str) -> str:
    """Return the address of a page: a path for links in this response, or a complete address.

    `start` is where the tracker is served, such as https://example.org/tracker; values that the route does not take
    become the query.
    """
    if start is None:
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    return start.rstrip("/") + current_app.url_map.bind("").build(endpoint, values)
