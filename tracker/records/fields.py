"""The fields that people fill in: how each parses what was typed, and how it shows its values."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar, cast

from babel import Locale
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Form, fields, widgets
from wtforms.fields import choices
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker.database import session
from tracker.models import SEEDING, Account, Record
from tracker.passage_text import search_words
from tracker.records.record_lookup import RecordLookup, UnsavedRecord
from tracker.vocabulary import Label, Term

#: Characters that no page can hold, so no field takes them: controls other than line ends and tabs, lone surrogates,
#: and the code points that Unicode reserves as noncharacters.
FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
#: Longer input is refused before it is parsed as a day or a number.
MAX_TYPED_LENGTH = 100

#: Further validators by field, as WTForms takes them.
ExtraValidators = Mapping[str, Sequence[Any]] | None
#: A value as JSON, CSV and the history hold it.
PlainValue = str | int | float | bool | list[str] | None
#: The type of the values of a field.
V = TypeVar("V")
#: The type of what can be chosen.
T = TypeVar("T")


def describe_forbidden_character(text: str) -> str:
    """Return a message that says where a text of many lines holds a forbidden character; "" if it holds none."""
    match = FORBIDDEN_CHARACTERS.search(text)
    if not match:
        return ""
    line, sign = text.count("\n", 0, match.start()) + 1, f"U+{ord(match[0]):04X}"
    return _("Line %(line)s holds a control character (%(sign)s): remove it.", line=line, sign=sign)


def mask_forbidden(text: str) -> str:
    """Return a text with a replacement character in place of each forbidden one."""
    return FORBIDDEN_CHARACTERS.sub("�", text)


def required_or_optional(required: bool) -> Callable[[BaseForm, fields.Field], None]:
    """Return a validator that stops at a field with errors and at an empty one, with a message if it is required."""

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
    """A list of options as WTForms renders it, only faster: the rows of a page can hold a hundred thousand options."""

    #: The markup around the value and the label of an option.
    PLAIN = Markup('<option value="|">|</option>').split("|")
    SELECTED = Markup('<option selected value="|">|</option>').split("|")

    # The types of WTForms lag behind it: since 3.3 an option is given whole.
    @classmethod
    def render_option(cls, choice: Option, **kwargs: object) -> Markup:  # type: ignore[override]
        start, between, end = cls.SELECTED if choice.selected else cls.PLAIN
        return Markup("").join((start, choice.value, between, choice.label, end))


class FieldMixin(fields.Field, Generic[V]):
    """What every field adds to those of WTForms: conversions to a plain value, to a text for people, and back."""

    #: The control on a page: input, text, textarea, checkbox, select or checkboxes.
    control = "input"
    #: The type of a single plain value: string, integer, number, boolean, date or datetime.
    json_type = "string"
    #: Whether the value is a list.
    multiple = False
    #: Whether the value comes from a list of options, whether these are records, and whether pages suggest them.
    is_choice = is_reference = suggests = False
    #: The vocabulary of its words, or None.
    vocabulary: type[Term] | None = None
    #: The model of the records that it refers to, or None.
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
        #: Whether the open data set leaves it out.
        self.internal = internal

    @property
    def lookup(self) -> RecordLookup:
        """Return the lookup of the form that this field belongs to."""
        return cast(RecordLookup, self.meta.lookup)

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was filled in, right or wrong."""
        return not self.data and not self.process_errors and not self.errors

    def to_json(self, value: V | None) -> PlainValue:
        """Return a value as JSON and the history hold it."""
        return cast(PlainValue, value)

    def display(self, value: V | None) -> str:
        """Return a value as people read it."""
        return "" if value is None else str(value)

    def to_input(self, value: PlainValue) -> list[str]:
        """Return what a person would type for a plain value; raises ValueError for one of the wrong type."""
        if value is None:
            return [""]
        if not isinstance(value, str):
            raise ValueError(_("Give this as text."))
        return [value]


class TrackerForm(Form):
    """A form whose fields are all of the classes in this module."""

    _prefix: str

    def __init__(
        self,
        formdata: MultiDict[str, str] | None = None,
        obj: object = None,
        *,
        lookup: RecordLookup | None = None,
        **kwargs: Any,
    ) -> None:
        #: Shared with the other forms of its page.
        self.lookup = lookup or RecordLookup()
        super().__init__(formdata, obj, meta={"lookup": self.lookup}, **kwargs)

    def __iter__(self) -> Iterator[FieldMixin[Any]]:
        return cast(Iterator[FieldMixin[Any]], super().__iter__())

    def __getitem__(self, name: str) -> FieldMixin[Any]:
        return cast(FieldMixin[Any], super().__getitem__(name))

    @property
    def errors(self) -> dict[str, Sequence[str]]:  # type: ignore[override]
        """Return {field: messages}; no field is a form with errors of its own."""
        return cast(dict[str, Sequence[str]], super().errors)


#: The type of a field.
F = TypeVar("F", bound=fields.Field)


def unattached(field: F, name: str) -> F:
    """Return a field that WTForms left unbound as one without a form, to display values; any other as it is."""
    if isinstance(field, fields.core.UnboundField):
        return cast(F, field.bind(TrackerForm(), name))
    return field


class Text(FieldMixin[str], fields.StringField):
    """One line of text of at most `max_length` characters; None if it is blank."""

    control = "text"
    #: Whether line ends are kept.
    lines = False
    max_length = 300

    def __init__(self, label: Label | None = None, *, max_length: int | None = None, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.max_length = max_length or self.max_length

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
    max_length = 10_000
    widget = widgets.TextArea()


class WebAddress(Text):
    """A web address."""

    control = "input"
    max_length = 2_000

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data and not re.fullmatch(r"https?://[^\s<>\"]+", self.data):
            raise StopValidation(_("Write a whole web address, beginning with https:// or http://."))


class ParsedField(FieldMixin[V]):
    """A value that is typed in one line; text that cannot be parsed stays in the field as it was typed."""

    widget = widgets.TextInput()
    data: V | None

    def parse(self, typed: str) -> V:
        """Return the value that was typed; raises ValueError, whose message people read."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            typed, self.data = valuelist[0].strip(), None
            self.data = self.parse(typed) if typed else None

    def _value(self) -> str:
        return mask_forbidden(self.raw_data[0]) if self.raw_data else self.to_input(self.to_json(self.data))[0]


#: A number with separated thousands: 26,000 or 1 000 000.5.
GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[,\s'’]\d{3})+(?:\.\d+)?", re.ASCII)


def format_typed_number(value: float) -> str:
    """Return a number as a person types it, without an exponent; a huge integer as more nines than any field takes."""
    if isinstance(value, int):
        # Python refuses to print a number of many thousand digits.
        return str(value) if value.bit_length() <= 100 else "9" * MAX_TYPED_LENGTH
    return format(Decimal(repr(value)).normalize(), "f")


class Number(ParsedField[float]):
    """A number from `minimum` to `maximum`; a whole one unless `whole` is false."""

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
            # The separator of thousands in one language is the decimal point in another.
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
    """Yes or no; an empty field means no."""

    control = "checkbox"
    json_type = "boolean"
    YES, NO = ("true", "yes", "y", "1", "on"), ("false", "no", "n", "0", "off", "")
    false_values = NO

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip().lower() if valuelist else ""
        self.data = typed in self.YES
        if typed not in (*self.YES, *self.NO):
            raise ValueError(_("Write yes or no."))

    def _value(self) -> str:
        return mask_forbidden(self.raw_data[0]) if self.raw_data else "y"

    def display(self, value: bool | None) -> str:
        return _("Yes") if value else _("No")

    def to_input(self, value: PlainValue) -> list[str]:
        return [str(value).lower()] if isinstance(value, bool) else super().to_input(value)


class RecordCode(Text):
    """The code of a record: assigned once, never changed, never used again."""

    control = "input"
    SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]*")
    max_length = 64
    #: Names of pages, which stand in addresses where a code would.
    RESERVED = frozenset({"new", "edit", "remove", "history", "alike", "suggest", "feed.atom", "index", "all"})

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data and not self.SHAPE.fullmatch(self.data):
            raise StopValidation(
                _("Use only a–z, 0–9, dots and hyphens, beginning with a letter or digit: mx-us-2023-07-24.c1.")
            )
        if self.data in self.RESERVED:
            raise StopValidation(_("“%(code)s” is the name of a page; choose another code.", code=self.data))


class ChoiceMixin(FieldMixin[Any], choices.SelectFieldBase, Generic[T]):
    """One or several options of a list. Machines, addresses and forms name an option by its key."""

    is_choice = True

    def __init__(self, label: Label | None = None, *, multiple: bool = False, **kwargs: Any):
        super().__init__(label, widget=Select(multiple=multiple), **kwargs)
        self.multiple = multiple
        self.control = "checkboxes" if multiple else "select"

    @property
    def is_typed(self) -> bool:
        """Return whether an option is typed, because there are too many to choose from a list."""
        return False

    def options(self) -> Mapping[str, str]:
        """Return {key: label}."""
        raise NotImplementedError

    def option(self, key: str) -> T | None:
        """Return the value with a key, or None."""
        raise NotImplementedError

    def key(self, value: T) -> str:
        """Return the key of a value in forms, addresses and files."""
        raise NotImplementedError

    def label_of(self, value: T) -> str:
        """Return the text of a value for people."""
        return str(value)

    def unknown(self, key: str) -> str:
        """Return the message for a key that is not among the options."""
        options = ", ".join(self.options())
        return _("“%(key)s” is not one of: %(options)s.", key=key[:60], options=options)

    def values(self, value: Any) -> list[T]:
        """Return a value of this field as a list, whether it takes one value or several."""
        return list(value or ()) if self.multiple else [] if value is None else [value]

    # The types of WTForms lag behind it: since 3.3 an option is an object of its own.
    def iter_choices(self) -> Iterator[Any]:
        options, selected = dict(self.options()), {self.key(value) for value in self.values(self.data)}
        # The page shows again what was typed, even if it is no option.
        typed = [key for key in self.raw_data or () if key and key not in options]
        option = choices.Choice  # type: ignore[attr-defined]
        if not self.multiple:
            yield option("", "", not selected and not typed, {})
        for shown in map(mask_forbidden, typed):
            yield option(shown, shown, True, {})
        for key, label in options.items():
            yield option(key, label, key in selected, {})

    def process_formdata(self, valuelist: list[str]) -> None:
        keys = list(dict.fromkeys(key.strip() for key in valuelist if key.strip()))
        if not self.multiple:
            keys = keys[:1]
            if not valuelist:
                return
        chosen = {key: self.option(key) if not FORBIDDEN_CHARACTERS.search(key) else None for key in keys}
        values = [value for value in chosen.values() if value is not None]
        self.data = values if self.multiple else values[0] if values else None
        for key, value in chosen.items():
            if value is None:
                raise ValueError(self.unknown(mask_forbidden(key)))

    def to_json(self, value: T | Iterable[T] | None) -> str | list[str] | None:
        keys = sorted(self.key(item) for item in self.values(value))
        return keys if self.multiple else keys[0] if keys else None

    def display(self, value: T | Iterable[T] | None) -> str:
        return "; ".join(self.label_of(item) for item in self.values(value))

    def to_input(self, value: PlainValue) -> list[str]:
        if not self.multiple:
            return super().to_input(value)
        items = value.split(";") if isinstance(value, str) else [] if value is None else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ValueError(_("Give this as a list of codes."))
        return [item.strip() for item in items]


class Choice(ChoiceMixin[Term]):
    """One word of a vocabulary, or several."""

    vocabulary: type[Term]

    def __init__(self, label: Label | None = None, vocabulary: type[Term] = Term, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.vocabulary = vocabulary

    def options(self) -> Mapping[str, str]:
        # A retired word is offered only to the record that holds it, and to filters.
        terms = [term for term in self.vocabulary if self.multiple or not term.is_retired or term is self.object_data]
        return {term.value: str(term.label) for term in terms}

    def option(self, key: str) -> Term | None:
        return self.vocabulary.from_value(key) if key in self.options() else None

    def key(self, value: Term) -> str:
        return value.value


class Code(ChoiceMixin[str]):
    """A standard code with a name in every language: a country or a language."""

    def __init__(self, label: Label | None = None, standard: str = "territories", **kwargs: Any):
        super().__init__(label, **kwargs)
        #: The list of codes, as Babel names it: territories or languages.
        self.standard = standard

    def options(self) -> Mapping[str, str]:
        names = getattr(get_locale() or Locale("en"), self.standard)
        two_letters = {key.lower(): name for key, name in names.items() if re.fullmatch("[A-Za-z]{2}", key)}
        return dict(sorted(two_letters.items(), key=lambda item: item[1]))

    def option(self, key: str) -> str | None:
        return key if key in self.options() else None

    def key(self, value: str) -> str:
        return value

    def label_of(self, value: str) -> str:
        return self.options().get(value, value)

    def unknown(self, key: str) -> str:
        return _("“%(key)s” is not a code of the list; choose a name from it.", key=key[:60])


class Reference(ChoiceMixin[Record]):
    """Another record, or several, by their codes."""

    is_reference = suggests = True
    model: type[Record]
    #: How many of the unsaved records on the page come before this field, once it was filled in.
    before: int | None = None

    def __init__(self, label: Label | None = None, model: type[Record] = Record, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.model = model

    def process_formdata(self, valuelist: list[str]) -> None:
        self.before = len(self.lookup.unsaved(self.model))
        super().process_formdata(valuelist)

    @property
    def is_typed(self) -> bool:
        """Return whether a code or name is typed, because there are too many records to choose from a list."""
        return self.suggests and not self.multiple and self.lookup.are_many(self.model)

    @property
    def typed(self) -> str:
        """Return the text of the field where it is typed."""
        if self.process_errors and self.raw_data:
            return mask_forbidden(self.raw_data[0])
        return "" if self.data is None else self.key(self.data)

    def options(self) -> Mapping[str, str]:
        before = islice(self.lookup.unsaved(self.model), self.before)
        return {unsaved.key: unsaved.label for unsaved in before} | self.lookup.labels(self.model)

    def option(self, key: str) -> Record | None:
        for unsaved in self.lookup.unsaved(self.model):
            if unsaved.key == key:
                return unsaved.record
        return self.lookup.record(self.model, key) or (self._only_named(key) if self.is_typed else None)

    def _only_named(self, name: str) -> Record | None:
        """Return the only record with a name, ignoring accents and case; None if there are none or several."""
        words = search_words(name)
        for unsaved in self.lookup.unsaved(self.model):
            if search_words(unsaved.label) == words:
                return unsaved.record
        if not words or self.model.PARENT:
            return None
        # The `search` of a record begins with its name.
        begins = self.model.search.startswith("".join(f" {word}" for word in words) + "\n", autoescape=True)
        matches = session.scalars(select(self.model).where(begins).limit(2)).all()
        return matches[0] if len(matches) == 1 else None

    def key(self, value: Record) -> str:
        unsaved = self._unsaved(value)
        return unsaved.key if unsaved else value.code

    def label_of(self, value: Record) -> str:
        unsaved = self._unsaved(value)
        return unsaved.label if unsaved else str(value)

    def _unsaved(self, record: Record) -> UnsavedRecord | None:
        return next((unsaved for unsaved in self.lookup.unsaved(self.model) if unsaved.record is record), None)

    def unknown(self, key: str) -> str:
        if key.startswith("+"):
            problem = _(
                "The row “%(key)s” that is chosen here is empty, left out or not before this one.", key=key[:60]
            )
            return f"{problem} {_('Choose another, or fill in that row.')}"
        if self.is_typed:
            problem = _("Nothing here has the code or name “%(key)s”, or several have the name.", key=key[:60])
            return f"{problem} {_('Begin to type, and choose one.')}"
        options = list(self.options())
        if not options:
            return _("“%(key)s” is not known, and there is nothing to choose from yet: add one first.", key=key[:60])
        all_codes = _("The codes are: %(codes)s.", codes=", ".join(options))
        way_out = all_codes if len(options) <= 12 else _("Choose one from the list.")
        return f"{_('No record has the code “%(key)s”.', key=key[:60])} {way_out}"


class AccountReference(Reference):
    """A person with an account; the account that loads the seeds is not offered."""

    #: Accounts are always listed: no page suggests them.
    suggests = False

    def __init__(self, label: Label | None = None, **kwargs: Any):
        # An account has all that a reference needs of a record: an id, a code and a name.
        super().__init__(label, cast(type[Record], Account), **kwargs)

    def options(self) -> Mapping[str, str]:
        return {code: name for code, name in super().options().items() if code != SEEDING}
