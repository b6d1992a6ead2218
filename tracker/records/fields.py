"""The kinds of field a record is made of: how each is read in, and how it is told."""

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from babel import Locale
from babel.dates import format_interval, format_skeleton
from flask_babel import format_date, format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import fields, widgets
from wtforms.fields.choices import Choice as Option
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import StopValidation

from tracker.database import session
from tracker.models import Record
from tracker.vocabulary import DatePrecision, Word

#: Characters that no field takes: controls but line ends and tabs, and lone surrogates.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: Longer input is refused before anything tries to read a day or a number in it.
SHORT = 100


def given(required: bool) -> Any:
    """Return a validator that stops at an empty field, with a message only where it must be filled in."""

    def check(_form: Any, field: Any) -> None:
        if field.errors:
            raise StopValidation()
        if field.data in (None, "", []):
            raise StopValidation(_("Fill this in.") if required else None)

    return check


class Told:
    """What every field here adds to WTForms: a plain value for machines, a text for people, and the way back."""

    #: Whether the value is a list.
    several = False
    #: The field that takes several values of this one's kind, where there is one.
    many: Any = None

    def __init__(self, label: Any = None, *, required: bool = False, validators: Iterable[Any] = (), **kwargs: Any):
        super().__init__(label, [given(required), *validators], **kwargs)
        self.required = required

    def plain(self, value: Any) -> Any:
        """Return a value as JSON and history hold it."""
        return value

    def text(self, value: Any) -> str:
        """Return a value as people read it."""
        return "" if value is None else str(value)

    def entered(self, value: Any) -> list[str]:
        """Return what a person would have typed for a plain value; ValueError if it is of another type."""
        if value is None:
            return [""]
        if not isinstance(value, str):
            raise ValueError(_("Give this as text."))
        return [value]


class Text(Told, fields.StringField):
    """One line of text of at most `most` characters; nothing at all for a blank."""

    #: Whether line ends are kept.
    lines = False

    def __init__(self, label: Any = None, *, most: int = 300, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            typed = valuelist[0].replace("\r\n", "\n").strip()
            self.data = (typed if self.lines else re.sub(r"\s*\n\s*", " ", typed)) or None

    def pre_validate(self, form: Any) -> None:
        if self.data and UNFIT.search(self.data):
            raise StopValidation(_("Remove the control characters; they cannot be stored."))
        if self.data and len(self.data) > self.most:
            raise StopValidation(
                _("Shorten this to %(most)s characters; it has %(n)s.", most=self.most, n=len(self.data))
            )


class LongText(Text):
    """Several lines of text."""

    lines = True
    widget = widgets.TextArea()

    def __init__(self, label: Any = None, *, most: int = 10_000, **kwargs: Any):
        super().__init__(label, most=most, **kwargs)


class Address(Text):
    """A web address."""

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(label, most=2_000, **kwargs)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not re.fullmatch(r"https?://[^\s<>\"]+", self.data):
            raise StopValidation(_("Write a whole web address, beginning with https:// or http://."))


class Day(Told, fields.DateField):
    """A day in the calendar, typed as 2023-07-24 or 24 July 2023."""

    widget = widgets.TextInput()
    FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y")

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.format = list(self.FORMATS)

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        for form in self.FORMATS if typed else ():
            try:
                self.data = datetime.datetime.strptime(typed[:SHORT], form).date()
                return
            except ValueError:
                continue
        if typed:
            raise ValueError(
                _("“%(typed)s” is not a day in the calendar; write it as 2023-07-24 or 24 July 2023.", typed=typed[:40])
            )

    def plain(self, value: datetime.date | None) -> str | None:
        return value.isoformat() if value else None

    def text(self, value: datetime.date | None) -> str:
        return format_date(value, "long") if value else ""


def date_text(first: datetime.date | None, precision: DatePrecision, last: datetime.date | None = None) -> str:
    """Return a day, or a time from one day to another, no more exact than it is known."""
    if first is None:
        return _("date unknown")
    if precision is DatePrecision.YEAR:
        return format_date(first, "yyyy")
    if precision is DatePrecision.MONTH:
        return format_skeleton("yMMMM", first, locale=get_locale())
    if last is not None and last != first:
        return format_interval(first, last, "yMMMMd", locale=get_locale())
    return format_date(first, "long")


class Number(Told, fields.StringField):
    """A number from `least` to `most`; whole, unless `whole` is false."""

    def __init__(
        self, label: Any = None, *, least: float = 0, most: float = 999_999_999, whole: bool = True, **kwargs: Any
    ):
        super().__init__(label, **kwargs)
        self.least, self.most, self.whole = least, most, whole

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        shape = r"[+-]?\d{1,15}" if self.whole else r"[+-]?\d{1,15}(\.\d{1,6})?"
        number = float(typed) if len(typed) <= SHORT and re.fullmatch(shape, typed, re.ASCII) else math.nan
        if not self.least <= number <= self.most:
            sort = _("a whole number") if self.whole else _("a number such as 12.5")
            raise ValueError(
                _(
                    "Write %(sort)s from %(least)s to %(most)s.",
                    sort=sort,
                    least=f"{self.least:,}",
                    most=f"{self.most:,}",
                )
            )
        self.data = int(number) if self.whole else number

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.plain(self.data))

    def plain(self, value: float | None) -> float | int | None:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def text(self, value: float | None) -> str:
        return "" if value is None else str(format_decimal(value))

    def entered(self, value: Any) -> list[str]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            # No number with so many digits is in any field's bounds, and Python would refuse to print it.
            return ["9" * SHORT if isinstance(value, int) and value.bit_length() > 100 else str(self.plain(value))]
        return super().entered(value)


class Flag(Told, fields.BooleanField):
    """Yes or no; an empty field is no."""

    YES, NO = ("true", "yes", "y", "1", "on"), ("false", "no", "n", "0", "off", "")
    false_values = NO

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip().lower() if valuelist else ""
        self.data = typed in self.YES
        if typed not in (*self.YES, *self.NO):
            raise ValueError(_("Write yes or no."))

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()

    def text(self, value: bool | None) -> str:
        return _("Yes") if value else _("No")

    def entered(self, value: Any) -> list[str]:
        return [str(value).lower()] if isinstance(value, bool) else super().entered(value)


class Choosing(Told, SelectFieldBase):
    """One or several out of a list. Each option has a key, which is what machines, addresses and forms use."""

    def options(self) -> Mapping[str, str]:
        """Return {key: label}."""
        raise NotImplementedError

    def option(self, key: str) -> Any:
        """Return the value a key stands for, or nothing."""
        raise NotImplementedError

    def key(self, value: Any) -> str:
        raise NotImplementedError

    def label_of(self, value: Any) -> str:
        return str(value)

    def unknown(self, key: str) -> str:
        """Return the message for a key that is not among the options."""
        options = ", ".join(self.options())
        return _("“%(key)s” is not one of: %(options)s.", key=key[:60], options=options)

    @property
    def picked(self) -> list[Any]:
        return (self.data or []) if self.several else [self.data] if self.data is not None else []

    def iter_choices(self) -> Iterator[Option]:
        options, picked = dict(self.options()), {self.key(value) for value in self.picked}
        # What was typed is kept, also where it is not among the options.
        typed = [key for key in self.raw_data or () if key and key not in options]
        if not self.several:
            yield Option("", "", not picked and not typed, {})
        for key in typed:
            yield Option(key, key, True, {})
        for key, label in options.items():
            yield Option(key, label, key in picked, {})

    def process_formdata(self, valuelist: list[str]) -> None:
        keys = list(dict.fromkeys(key.strip() for key in valuelist if key.strip()))
        if not self.several:
            keys = keys[:1]
            if not valuelist:
                return
        found = {key: self.option(key) if not UNFIT.search(key) else None for key in keys}
        values = [value for value in found.values() if value is not None]
        self.data = values if self.several else values[0] if values else None
        for key, value in found.items():
            if value is None:
                raise ValueError(self.unknown(UNFIT.sub("�", key)))

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()

    def plain(self, value: Any) -> Any:
        if self.several:
            return [self.key(item) for item in value or ()]
        return None if value is None else self.key(value)

    def text(self, value: Any) -> str:
        values = value if self.several else [value] if value is not None else []
        return "; ".join(self.label_of(item) for item in values or ())

    def entered(self, value: Any) -> list[str]:
        if not self.several:
            return super().entered(value)
        items = value.split(";") if isinstance(value, str) else [] if value is None else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ValueError(_("Give this as a list of codes."))
        return [item.strip() for item in items]


class Choice(Choosing):
    """One word of a vocabulary."""

    widget = widgets.Select()

    def __init__(self, label: Any = None, words: type[Word] = Word, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.words = words

    def options(self) -> Mapping[str, str]:
        return {word.value: str(word.label) for word in self.words}

    def option(self, key: str) -> Word | None:
        return self.words(key) if key in set(self.words) else None

    def key(self, value: Word) -> str:
        return value.value


class Choices(Choice):
    """Several words of a vocabulary."""

    several = True
    widget = widgets.Select(multiple=True)


Choice.many = Choices


class Code(Choosing):
    """A standard code with a name in every language: a country or a language."""

    widget = widgets.Select()

    def __init__(self, label: Any = None, listed: str = "territories", **kwargs: Any):
        super().__init__(label, **kwargs)
        self.listed = listed

    def options(self) -> Mapping[str, str]:
        names = getattr(get_locale() or Locale("en"), self.listed)
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


class Codes(Code):
    """Several standard codes."""

    several = True
    widget = widgets.Select(multiple=True)


Code.many = Codes


def shortened(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


class Reference(Choosing):
    """Another record, named by its code."""

    widget = widgets.Select()

    def __init__(self, label: Any = None, model: Any = Record, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.model = model

    def options(self) -> Mapping[str, str]:
        # Read once a request, however many rows of a form offer the same list.
        kept = session.info.setdefault("options", {})
        if self.model not in kept:
            records = session.scalars(select(self.model).order_by(self.model.id))
            labels = {record.code: shortened(str(record)) for record in records}
            times = Counter(labels.values())
            kept[self.model] = {
                code: label if times[label] == 1 else f"{label} ({code})" for code, label in labels.items()
            }
        return kept[self.model]

    def option(self, key: str) -> Any:
        return session.scalar(select(self.model).where(self.model.code == key))

    def key(self, value: Any) -> str:
        return value.code

    def unknown(self, key: str) -> str:
        options = list(self.options())
        if not options:
            return _("“%(key)s” is not known, and there is nothing to choose from yet: add one first.", key=key[:60])
        said = _("No record has the code “%(key)s”.", key=key[:60])
        if len(options) > 12:
            return said + " " + _("Choose one from the list.")
        return said + " " + _("The codes are: %(codes)s.", codes=", ".join(options))


class References(Reference):
    """Several other records, named by their codes."""

    several = True
    widget = widgets.Select(multiple=True)


Reference.many = References


class RecordCode(Text):
    """What a record is known by: given once, never changed, never used again."""

    SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
    #: Words that stand for pages where a code would stand in an address.
    RESERVED = frozenset({"new", "edit", "remove", "history", "feed.atom", "index", "all"})

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(label or _l("Code"), most=64, **kwargs)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not self.SHAPE.fullmatch(self.data):
            raise StopValidation(
                _("Use only a–z, 0–9, dots and hyphens, beginning with a letter or digit: mx-us-2023-07-24.c1.")
            )
        if self.data in self.RESERVED:
            raise StopValidation(_("“%(code)s” is the name of a page; choose another code.", code=self.data))
