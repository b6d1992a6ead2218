"""The placeholders of a template: found wherever a person put them, and filled in; a template holds no other code."""

import io
import re
from collections.abc import Mapping
from typing import Any

from docx.document import Document
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from flask_babel import gettext as _
from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from tracker.errors import Invalid
from tracker.exports.reports.docx.template_safety import W, not_a_word_file, template_error

#: What a template may ask for as a text, beside the report.
NAMES = ("title", "subtitle", "foot", "issued_on")
REPORT = "report"
#: Stands for the report until it is put in: a code point that no text has.
MARK = "\ufdd0"
#: Characters of all parts in XML, and placeholders: looking for these takes time by the product of both.
MOST_CHARACTERS = 500_000
MOST_PLACEHOLDERS = 100
CODE = re.compile(r"\{(?=[{%#])")
TEXT = re.compile(r"<w:t(?: [^>]*)?>[^<]*</w:t>")
PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


def fill_placeholders(template: bytes, texts: Mapping[str, str]) -> tuple[Document, Paragraph]:
    """Return a template with its placeholders filled in, and its paragraph that the report goes in place of.

    `texts` has a text for each of NAMES. Raises Invalid for a template that asks for something else, holds code, or
    has no place for the report.
    """
    filling = _Filling(io.BytesIO(template))
    try:
        filling.render({**texts, REPORT: MARK}, SandboxedEnvironment(autoescape=True))
        places = [each for each in filling.docx.element.body.iter(f"{W}p") if MARK in _words(each)]
    except Invalid:
        raise
    except Exception as error:  # Of a file that is broken on purpose, anything can be raised.
        raise not_a_word_file() from error
    if filling.unknown:
        raise template_error(
            _(
                "The template asks for %(unknown)s, which no report has. What there is: %(names)s.",
                unknown=_shown(sorted(filling.unknown)),
                names=_shown((*NAMES, REPORT)),
            )
        )
    body = filling.docx.element.body
    if len(places) != 1 or places[0].getparent() is not body or _words(places[0]).strip() != MARK:
        raise _no_place()
    return filling.docx, Paragraph(places[0], filling.docx._body)


def _no_place() -> Invalid:
    return template_error(
        _(
            "Write %(report)s once in the template, in a paragraph of its own that is in no table, box, header or "
            "footer: there the report goes.",
            report=_shown([REPORT]),
        )
    )


def _words(paragraph: Any) -> str:
    return "".join(each.text or "" for each in paragraph.iter(f"{W}t"))


def _shown(names: Any) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in names)


class _Filling(DocxTemplate):
    """A template being filled in; `unknown` are the names it asks for that there are not."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.unknown: set[str] = set()
        self._characters = self._placeholders = 0

    def patch_xml(self, src_xml: str) -> str:
        """Join placeholders that Word has cut in pieces."""
        self._characters += len(src_xml)
        self._placeholders += max(len(CODE.findall(text)) for text in (src_xml, re.sub(r"<[^>]*>", "", src_xml)))
        if self._characters > MOST_CHARACTERS or self._placeholders > MOST_PLACEHOLDERS:
            raise template_error(_("The template is too long: a page or two, and what every page has, are enough."))
        return super().patch_xml(src_xml)

    def render_xml_part(self, src_xml: str, part: Any, context: Mapping[str, str], jinja_env: Any = None) -> str:
        """Fill in a part, and do nothing else: docxtpl would also make marks of its own of some texts."""
        source = re.sub(r"(?=<w:p[ >])", "\n", src_xml)
        try:
            tree = jinja_env.parse(source)
        except (TemplateSyntaxError, RecursionError) as error:
            raise _no_placeholder(source, getattr(error, "lineno", 0)) from error
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, PLAIN):
                raise _no_placeholder(source, node.lineno)
        if outside := re.search(r"\{\{.*?\}\}", TEXT.sub("", source)):
            raise template_error(
                _(
                    "The template holds “%(held)s” where no text can stand: write it as plain text in a paragraph, and "
                    "nothing but the name between the braces.",
                    held=outside[0][:80],
                )
            )
        asked = meta.find_undeclared_variables(tree)
        if REPORT in asked and part is not self.docx.part:
            raise _no_place()
        self.unknown |= asked - context.keys()
        return jinja_env.from_string(source).render(context).replace("\n<w:p", "<w:p")

    def render_properties(self, context: Mapping[str, str], jinja_env: Any = None) -> None:
        """Leave the properties alone: they are those of the report."""


def _no_placeholder(source: str, line: int) -> Invalid:
    """Return the refusal of what stands in a line of a part, a line being a paragraph; 0 where it is not known."""
    held = re.sub(r"<[^>]*>", "", source.split("\n")[line - 1] if line else source)
    found = CODE.search(held)
    return template_error(
        _(
            "The template holds something other than placeholders, near “%(held)s”. A placeholder is a name between "
            "double braces, such as %(title)s; there is no other code in a template.",
            held=held[max(0, found.start() - 10 if found else 0) :][:80].strip(),
            title=_shown(["title"]),
        )
    )
