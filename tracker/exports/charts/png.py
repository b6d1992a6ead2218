"""Drawings as PNG, for files that cannot hold SVG."""

from tracker.paths import folder

#: The width of the page of a drawing, in inches.
WIDTH = 300 / 72
#: The last of the characters that every typeface has.
LATIN = "\u024f"


def svg_to_png(svg: str, width: int) -> bytes:
    """Return a drawing as a PNG of `width` pixels, in the serif typeface of typst.

    Typefaces of the system are used only for other than Latin letters.
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
