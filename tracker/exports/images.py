"""Drawings as pictures of dots, for files that hold no SVG."""

from tracker.paths import folder

#: How wide the page of a drawing is, in inches.
WIDTH = 300 / 72


def png(svg: str, width: int) -> bytes:
    """Return a drawing as a PNG, so many dots wide, in the serif that typst brings along."""
    import typst

    page = folder("templates") / "reports" / "drawing.typ"
    return typst.compile(
        page, root=page.parent, ignore_system_fonts=True, sys_inputs={"svg": svg}, format="png", ppi=width / WIDTH
    )
