"""Drawings as pictures of dots, for files that hold no SVG."""

from tracker.paths import folder

#: How wide the page of a drawing is, in inches.
WIDTH = 300 / 72
#: The last of the characters that every typeface has.
LATIN = "\u024f"


def svg_to_png(svg: str, width: int) -> bytes:
    """Return a drawing as a PNG, so many dots wide, in the serif that typst brings along.

    Typefaces of the system help out only where there are other letters than Latin ones.
    """
    import typst

    page = folder("templates") / "reports" / "drawing.typ"
    return typst.compile(
        page,
        root=page.parent,
        ignore_system_fonts=max(svg) <= LATIN,
        sys_inputs={"svg": svg},
        format="png",
        ppi=width / WIDTH,
    )
