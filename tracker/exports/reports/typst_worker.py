"""Typesets a report with typst in a process of its own, as typst frees no memory until its process ends.

Reads the report as JSON; the arguments are the folder of the templates and when it was issued, in seconds since 1970.
"""

import json
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Literal

#: Stands for a character that is not drawn.
BOX = "□"
#: Characters for private use, and those that would reverse the text after them.
UNDRAWN = re.compile("[\ufeff\ue000-\uf8ff\U000f0000-\U0010ffff\u202a-\u202e\u2066-\u2069]")
#: The last of the characters that every typeface has.
LATIN = "\u024f"


def typeset(report: str, templates: Path, issued_at: int) -> bytes:
    """Return a PDF/UA-1.

    It uses the typefaces of typst, and those of the system only for characters that these lack. Characters that none
    has are shown as boxes, and passed to the template.
    """
    import typst

    def compile_template(name: str, system: bool, standard: Literal["ua-1", "1.7"] = "ua-1", **inputs: str) -> bytes:
        return typst.compile(
            templates / f"{name}.typ",
            root=templates,
            ignore_system_fonts=not system,
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=standard,
            timestamp=issued_at,
        )

    def lacking(texts: Collection[str], system: bool) -> set[str]:
        try:
            compile_template("sample", system, sample=" ".join(sorted(texts)))
        except typst.TypstError as error:
            signs = {sign for sign in set().union(*texts) if sign > LATIN}
            return {sign for sign in signs if sign in error.diagnostic or f"{{{ord(sign):x}}}" in error.diagnostic}
        return set()

    title = UNDRAWN.sub(BOX, json.loads(report)["title"])
    boxed = set(UNDRAWN.findall(report))
    unusual = set(re.findall(f".?[^\0-{LATIN}]+", UNDRAWN.sub("", report)))
    system = bool(lacking(unusual, system=False))
    if system:
        boxed |= lacking(unusual, system)
    report = report.translate({ord(sign): BOX for sign in boxed})
    codes = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(boxed))
    try:
        return compile_template("report", system, report=report, boxed=codes, title=title)
    except typst.TypstError:
        # PDF/UA forbids what no typeface can draw, such as too many marks on one letter.
        return compile_template("report", system, "1.7", report=report, boxed=codes, title=title)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode(), Path(sys.argv[1]), int(sys.argv[2])))
