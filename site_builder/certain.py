"""Tell which texts are certainly valid for a field, and for what they stand, so that no library need be asked of each.

``2020-01-31`` is a date and ``-12.50`` a number wherever Frictionless reads them. Any other text of a field, and every
text of a field with a constraint on its values, is left to Frictionless.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from site_builder.model import Value

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OF_VALUES = ("enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
"""Constraints that a single value can break."""


class Form(Enum):
    """The form of texts that are certainly valid, as a pattern for the whole of one; all are where it is empty."""

    TEXT = ""
    INTEGER = "-?(?:0|[1-9][0-9]{0,17})"
    NUMBER = r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,15})?"
    DATE = _DAY
    """Of a day that there is, of the years 1 to 9999."""
    DATETIME = _DAY + "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    """Likewise."""


def certain_form(theirs: Any) -> Form | None:  # noqa: ANN401  # Frictionless's fields are untyped
    """Give the form of a field's texts that are certainly valid; nothing where there is none."""
    if any(theirs.constraints.get(name) is not None for name in _OF_VALUES):
        return None
    defined = set(theirs.list_defined())
    match theirs.type:
        case "any":
            return Form.TEXT
        case "string" if theirs.format not in {"email", "uri", "uuid", "binary", "wkt"}:
            return Form.TEXT
        case "integer" if not defined & {"bare_number", "group_char"}:
            return Form.INTEGER
        case "number" if not defined & {"bare_number", "group_char", "decimal_char", "float_number"}:
            return Form.NUMBER
        case "date" if theirs.format == "default":
            return Form.DATE
        case "datetime" if theirs.format == "default":
            return Form.DATETIME
        case _:
            return None


def missing_texts(theirs: Any) -> list[str]:  # noqa: ANN401  # likewise
    """Give the texts that stand for no value in a field."""
    missing: list[str] = (theirs if theirs.has_defined("missing_values") else theirs.schema).missing_values
    return missing


_READ: Mapping[Form, Callable[[str], Value]] = {
    Form.INTEGER: int,
    Form.NUMBER: Decimal,
    Form.DATE: dt.date.fromisoformat,
    Form.DATETIME: dt.datetime.fromisoformat,
}


def certain_values(form: Form | None, texts: Sequence[str]) -> Sequence[Value] | None:
    """Give the values of some texts of a field, which are looked at together; nothing where one may not be valid."""
    if form is None or form is Form.TEXT:
        return texts if form else None
    lines = "\n".join((*texts, ""))
    if lines.count("\n") != len(texts) or not _pattern(f"(?:{form.value}\n)*+").fullmatch(lines):
        return None
    try:
        return list(map(_READ[form], texts))
    except ValueError:  # a day that there is not
        return None


def certain_value(form: Form | None) -> Callable[[str], Value]:
    """Give a function for the value of a text of a form; it gives nothing for any other text."""
    if form is None or form is Form.TEXT:
        return lambda text: text if form else None
    matches, read = _pattern(form.value).fullmatch, _READ[form]

    def value(text: str) -> Value:
        try:
            return read(text) if matches(text) else None
        except ValueError:  # a day that there is not
            return None

    return value


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(form)
