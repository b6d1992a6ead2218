"""Fields that choose from a list: words of a vocabulary, standard codes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.fields.choices import Choice as Option
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import StopValidation

from tracker.records.fields import FORBIDDEN_CHARACTERS, FieldMixin, Select
from tracker.vocabulary import Term


class ChoiceMixin(FieldMixin, SelectFieldBase):
    """One or several out of a list. Each option has a key, which is what machines, addresses and forms use."""

    control = "select"
    is_choice = True
    data: Any

    @property
    def is_typed(self) -> bool:
        """Return whether there are so many options that one is typed, not chosen from a list of all."""
        return False

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
        return (self.data or []) if self.multiple else [self.data] if self.data is not None else []

    def iter_choices(self) -> Iterator[Option]:
        options, picked = dict(self.options()), {self.key(value) for value in self.picked}
        # What was typed is kept, also where it is not among the options.
        typed = [key for key in self.raw_data or () if key and key not in options]
        if not self.multiple:
            yield Option("", "", not picked and not typed, {})
        for key in typed:
            shown = FORBIDDEN_CHARACTERS.sub("�", key)
            yield Option(shown, shown, True, {})
        for key, label in options.items():
            yield Option(key, label, key in picked, {})

    def process_formdata(self, valuelist: list[str]) -> None:
        keys = list(dict.fromkeys(key.strip() for key in valuelist if key.strip()))
        if not self.multiple:
            keys = keys[:1]
            if not valuelist:
                return
        found = {key: self.option(key) if not FORBIDDEN_CHARACTERS.search(key) else None for key in keys}
        values = [value for value in found.values() if value is not None]
        self.data = values if self.multiple else values[0] if values else None
        for key, value in found.items():
            if value is None:
                raise ValueError(self.unknown(FORBIDDEN_CHARACTERS.sub("�", key)))

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()

    def to_json(self, value: Any) -> Any:
        if self.multiple:
            return sorted(self.key(item) for item in value or ())
        return None if value is None else self.key(value)

    def display(self, value: Any) -> str:
        values = value if self.multiple else [value] if value is not None else []
        return "; ".join(self.label_of(item) for item in values or ())

    def to_input(self, value: Any) -> list[str]:
        if not self.multiple:
            return super().to_input(value)
        items = value.split(";") if isinstance(value, str) else [] if value is None else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ValueError(_("Give this as a list of codes."))
        return [item.strip() for item in items]


class Choice(ChoiceMixin):
    """One word of a vocabulary."""

    widget = Select()

    def __init__(self, label: Any = None, vocabulary: Any = Term, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.vocabulary = vocabulary

    def options(self) -> Mapping[str, str]:
        return {word.value: str(word.label) for word in self.vocabulary}

    def option(self, key: str) -> Term | None:
        try:
            return self.vocabulary(key)
        except ValueError:
            return None

    def key(self, value: Term) -> str:
        return value.value


class Choices(Choice):
    """Several words of a vocabulary."""

    control = "checkboxes"
    multiple = True
    widget = Select(multiple=True)


Choice.multiple_class = Choices


class Code(ChoiceMixin):
    """A standard code with a name in every language: a country or a language."""

    widget = Select()

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

    control = "checkboxes"
    multiple = True
    widget = Select(multiple=True)


Code.multiple_class = Codes
