"""Fields that choose from a list: words of a vocabulary, standard codes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.fields import choices
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker.records.fields import FORBIDDEN_CHARACTERS, FieldMixin, PlainValue, Select, mask_forbidden
from tracker.vocabulary import Label, Term

#: The type of what can be chosen.
T = TypeVar("T")


class ChoiceMixin(FieldMixin[Any], choices.SelectFieldBase, Generic[T]):
    """One or several out of a list. Each option has a key, which is what machines, addresses and forms use."""

    is_choice = True

    def __init__(self, label: Label | None = None, *, multiple: bool = False, **kwargs: Any):
        super().__init__(label, widget=Select(multiple=multiple), **kwargs)
        self.multiple = multiple
        self.control = "checkboxes" if multiple else "select"

    @property
    def is_typed(self) -> bool:
        """Return whether there are so many options that one is typed, not chosen from a list of all."""
        return False

    def options(self) -> Mapping[str, str]:
        """Return {key: label}."""
        raise NotImplementedError

    def option(self, key: str) -> T | None:
        """Return the value that a key stands for, or None."""
        raise NotImplementedError

    def key(self, value: T) -> str:
        """Return what stands for a value in forms, addresses and files."""
        raise NotImplementedError

    def label_of(self, value: T) -> str:
        """Return a value as people read it."""
        return str(value)

    def unknown(self, key: str) -> str:
        """Return the message for a key that is not among the options."""
        options = ", ".join(self.options())
        return _("“%(key)s” is not one of: %(options)s.", key=key[:60], options=options)

    def values(self, value: Any) -> list[T]:
        """Return what a value of this field holds as a list, whether it takes one or several."""
        return list(value or ()) if self.multiple else [] if value is None else [value]

    # The types of WTForms lag behind it: since 3.3 an option is an object of its own.
    def iter_choices(self) -> Iterator[Any]:
        options, selected = dict(self.options()), {self.key(value) for value in self.values(self.data)}
        # What was typed is kept, also where it is not among the options.
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

    def pre_validate(self, form: BaseForm) -> None:
        if self.process_errors:
            raise StopValidation()

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
    """A word of a vocabulary, or several."""

    vocabulary: type[Term]

    def __init__(self, label: Label | None = None, vocabulary: type[Term] = Term, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.vocabulary = vocabulary

    def options(self) -> Mapping[str, str]:
        return {word.value: str(word.label) for word in self.vocabulary}

    def option(self, key: str) -> Term | None:
        return self.vocabulary.from_value(key)

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
