"""Addresses of the tracker's own pages: its routes make them, wherever it is served."""

from flask import current_app, url_for


def page_address(endpoint: str, start: str | None = None, **values: str) -> str:
    """Return the address of a page as links in this answer name it, or the whole one.

    `start` is where the tracker is served, such as https://example.org/tracker; what the route does not take of
    `values` becomes the query.
    """
    if start is None:
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    return start.rstrip("/") + current_app.url_map.bind("").build(endpoint, values)
