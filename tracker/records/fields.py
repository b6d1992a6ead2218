"""The fields that people type into: how each is read in, and how its values are shown."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar, cast

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Form, fields, widgets
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker.models import Record
from tracker.vocabulary import Label, Term

#: Characters that no field takes, for no page can hold them: controls but line ends and tabs, lone surrogates,
#: and the code points that Unicode keeps for no character.
FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
#: Longer input is refused before anything tries to read a day or a number in it.
MAX_TYPED_LENGTH = 100

#: A value as JSON, CSV and the history hold it.
PlainValue = str | int | float | bool | list[str] | None
#: The type of the values of a field.
V = TypeVar("V")


def describe_forbidden_character(text: str) -> str:
    """Return in words where a text of many lines holds a character that is not taken; "" if it holds none."""
    match = FORBIDDEN_CHARACTERS.search(text)
    if not match:
        return ""
    line, sign = text.count("\n", 0, match.start()) + 1, f"U+{ord(match[0]):04X}"
    return _("Line %(line)s holds a control character (%(sign)s): remove it.", line=line, sign=sign)


def mask_forbidden(text: str) -> str:
    """Return a text with a replacement character for each that no page can hold."""
    return FORBIDDEN_CHARACTERS.sub("�", text)


def required_or_optional(required: bool) -> Callable[[BaseForm, fields.Field], None]:
    """Return a validator that stops at an empty field, with a message only where it must be filled in."""

    def check(_form: BaseForm, field: fields.Field) -> None:
        if field.errors:
            raise StopValidation()
        if field.data in (None, "", []):
            raise StopValidation(_("Fill this in.") if required else "")

    return check


class Option(Protocol):
    """An option of a list, as WTForms makes it."""

    value: str
    label: str
    selected: bool


class Select(widgets.Select):
    """A list of options as WTForms writes it, but quicker: the rows of a page can have a hundred thousand."""

    #: What stands around the value and the label of an option.
    PLAIN = Markup('<option value="|">|</option>').split("|")
    SELECTED = Markup('<option selected value="|">|</option>').split("|")

    # The types of WTForms lag behind it: since 3.3 an option is given whole.
    @classmethod
    def render_option(cls, choice: Option, **kwargs: object) -> Markup:  # type: ignore[override]
        start, between, end = cls.SELECTED if choice.selected else cls.PLAIN
        return Markup("").join((start, choice.value, between, choice.label, end))


class FieldMixin(fields.Field, Generic[V]):
    """What every field here adds to WTForms: a plain value for machines, a text for people, and the way back."""

    #: How a page lets people fill it in: input, text, textarea, checkbox, select or checkboxes.
    control = "input"
    #: The type of its plain values where it takes one: string, integer, number, boolean, date or datetime.
    json_type = "string"
    #: Whether the value is a list.
    multiple = False
    #: Whether the value is from a list of options; whether these are other records, of a kind that pages suggest.
    is_choice = is_reference = suggests = False
    #: The vocabulary that its words are from, or None.
    vocabulary: type[Term] | None = None
    #: The model of the records that it names, or None.
    model: type[Record] | None = None

    def __init__(
        self,
        label: Label | None = None,
        *,
        required: bool = False,
        internal: bool = False,
        validators: Sequence[Callable[..., None]] = (),
        **kwargs: Any,
    ):
        super().__init__(cast(str, label), [required_or_optional(required), *validators], **kwargs)
        self.required = required
        #: Whether it is for those who keep the records: the open data set leaves it out.
        self.internal = internal

    def to_json(self, value: V | None) -> PlainValue:
        """Return a value as JSON and the history hold it."""
        return cast(PlainValue, value)

    def display(self, value: V | None) -> str:
        """Return a value as people read it."""
        return "" if value is None else str(value)

    def to_input(self, value: PlainValue) -> list[str]:
        """Return what a person would have typed for a plain value; ValueError if it is of another type."""
        if value is None:
            return [""]
        if not isinstance(value, str):
            raise ValueError(_("Give this as text."))
        return [value]


class TrackerForm(Form):
    """A form all of whose fields are of the kinds described here."""

    _prefix: str

    def __iter__(self) -> Iterator[FieldMixin[Any]]:
        return cast(Iterator[FieldMixin[Any]], super().__iter__())

    def __getitem__(self, name: str) -> FieldMixin[Any]:
        return cast(FieldMixin[Any], super().__getitem__(name))

    @property
    def errors(self) -> dict[str, Sequence[str]]:  # type: ignore[override]
        """Return {field: messages}; no field here is a form with errors of its own."""
        return cast(dict[str, Sequence[str]], super().errors)


#: The type of a field.
F = TypeVar("F", bound=fields.Field)


def unattached(field: F, name: str) -> F:
    """Return a field of no form, which shows values and reads none; declared, it is as WTForms leaves it, unbound."""
    return cast("fields.core.UnboundField[F]", field).bind(Form(), name)


class Text(FieldMixin[str], fields.StringField):
    """One line of text of at most `max_length` characters; None for a blank."""

    control = "text"
    #: Whether line ends are kept.
    lines = False

    def __init__(self, label: Label | None = None, *, max_length: int = 300, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.max_length = max_length

    def _value(self) -> str:
        return mask_forbidden(self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            typed = re.sub("\r\n?", "\n", valuelist[0]).strip()
            lines = filter(None, (line.strip() for line in typed.split("\n")))
            self.data = (typed if self.lines else " ".join(lines)) or None

    def pre_validate(self, form: BaseForm) -> None:
        if self.data and FORBIDDEN_CHARACTERS.search(self.data):
            raise StopValidation(_("Remove the control characters; they cannot be stored."))
        if self.data and len(self.data) > self.max_length:
            raise StopValidation(
                _("Shorten this to %(most)s characters; it has %(n)s.", most=self.max_length, n=len(self.data))
            )


class LongText(Text):
    """Several lines of text."""

    control = "textarea"
    lines = True
    widget = widgets.TextArea()

    def __init__(self, label: Label | None = None, *, max_length: int = 10_000, **kwargs: Any):
        super().__init__(label, max_length=max_length, **kwargs)


class WebAddress(Text):
    """A web address."""

    control = "input"

    def __init__(self, label: Label | None = None, **kwargs: Any):
        super().__init__(label, max_length=2_000, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data and not re.fullmatch(r"https?://[^\s<>\"]+", self.data):
            raise StopValidation(_("Write a whole web address, beginning with https:// or http://."))


class ParsedField(FieldMixin[V]):
    """A value that is typed in one line; what could not be read stays in the field as it was typed."""

    widget = widgets.TextInput()
    data: V | None

    def parse(self, typed: str) -> V:
        """Return the value that was typed; raises ValueError, in words for whoever typed it."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            typed, self.data = valuelist[0].strip(), None
            self.data = self.parse(typed) if typed else None

    def _value(self) -> str:
        return mask_forbidden(self.raw_data[0]) if self.raw_data else self.to_input(self.to_json(self.data))[0]


#: A number whose thousands are parted: 26,000 or 1 000 000.5.
GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[,\s'’]\d{3})+(?:\.\d+)?", re.ASCII)


def format_typed_number(value: float) -> str:
    """Return a number as a person types it, without an exponent; one beyond all bounds as too many nines."""
    if isinstance(value, int):
        # Python refuses to print a number of many thousand digits.
        return str(value) if value.bit_length() <= 100 else "9" * MAX_TYPED_LENGTH
    return format(Decimal(repr(value)).normalize(), "f")


class Number(ParsedField[float]):
    """A number from `minimum` to `maximum`; whole, unless `whole` is false."""

    def __init__(
        self,
        label: Label | None = None,
        *,
        minimum: float = 0,
        maximum: float = 999_999_999,
        whole: bool = True,
        **kwargs: Any,
    ):
        super().__init__(label, **kwargs)
        self.minimum, self.maximum, self.whole = minimum, maximum, whole
        self.json_type = "integer" if whole else "number"

    def parse(self, typed: str) -> float:
        shape = r"[+-]?\d{1,15}" if self.whole else r"[+-]?\d{1,15}(\.\d{1,6})?"
        number = float(typed) if len(typed) <= MAX_TYPED_LENGTH and re.fullmatch(shape, typed, re.ASCII) else math.nan
        if self.minimum <= number <= self.maximum:
            return int(number) if self.whole else number
        if len(typed) <= MAX_TYPED_LENGTH and GROUPED_NUMBER.fullmatch(typed):
            # What parts thousands in one language is the decimal point of another.
            ungrouped = re.sub(r"[^\d.+-]", "", typed)
            raise ValueError(_("Write it without commas or spaces between the digits: %(n)s.", n=ungrouped))
        sort = _("a whole number") if self.whole else _("a number such as 12.5")
        least, most = f"{self.minimum:,}", f"{self.maximum:,}"
        raise ValueError(_("Write %(sort)s from %(least)s to %(most)s.", sort=sort, least=least, most=most))

    def to_json(self, value: float | None) -> float | int | None:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def display(self, value: float | None) -> str:
        return "" if value is None else str(format_decimal(Decimal(repr(value)), format="#,##0.######"))

    def to_input(self, value: PlainValue) -> list[str]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return [format_typed_number(value)]
        return super().to_input(value)


class Flag(FieldMixin[bool], fields.BooleanField):
    """Yes or no; an empty field is no."""

    control = "checkbox"
    json_type = "boolean"
    YES, NO = ("true", "yes", "y", "1", "on"), ("false", "no", "n", "0", "off", "")
    false_values = NO

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip().lower() if valuelist else ""
        self.data = typed in self.YES
        if typed not in (*self.YES, *self.NO):
            raise ValueError(_("Write yes or no."))

    def pre_validate(self, form: BaseForm) -> None:
        if self.process_errors:
            raise StopValidation()

    def _value(self) -> str:
        return mask_forbidden(self.raw_data[0]) if self.raw_data else "y"

    def display(self, value: bool | None) -> str:
        return _("Yes") if value else _("No")

    def to_input(self, value: PlainValue) -> list[str]:
        return [str(value).lower()] if isinstance(value, bool) else super().to_input(value)


class RecordCode(Text):
    """What a record is known by: given once, never changed, never used again."""

    control = "input"
    SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]*")
    #: Words that stand for pages where a code would stand in an address.
    RESERVED = frozenset({"new", "edit", "remove", "history", "alike", "suggest", "feed.atom", "index", "all"})

    def __init__(self, label: Label | None = None, *, max_length: int = 64, **kwargs: Any):
        super().__init__(label or _l("Code"), max_length=max_length, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data and not self.SHAPE.fullmatch(self.data):
            raise StopValidation(
                _("Use only a–z, 0–9, dots and hyphens, beginning with a letter or digit: mx-us-2023-07-24.c1.")
            )
        if self.data in self.RESERVED:
            raise StopValidation(_("“%(code)s” is the name of a page; choose another code.", code=self.data))
