"""Drawings as pictures of dots, for files that hold no SVG."""

from tempfile import TemporaryDirectory

#: How wide a drawing is set, in points: its words are then as large as those of small print.
WIDTH = 300
PAGE = f"""
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: {WIDTH}pt)
"""


def png(svg: str, width: int) -> bytes:
    """Return a drawing of ours as a PNG so many pixels wide, its words in the typeface that comes with typst."""
    import typst

    with TemporaryDirectory() as nothing_to_read:
        picture = typst.compile(
            PAGE.encode(),
            root=nothing_to_read,
            ignore_system_fonts=True,
            sys_inputs={"svg": svg},
            format="png",
            ppi=width / WIDTH * 72,
        )
    return picture
