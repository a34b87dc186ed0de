"""Make the fields of a table's schema from its header and cells, beside those that its author wrote."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from site_builder import urls
from site_builder.importing.values import reading_of
from site_builder.model import Json
from site_builder.profiles import nearest

TO_SAY = "TODO: say what it is"
"""The description of a field that was made from the data; ``check`` lets no TODO pass."""
_TO_NAME = "TODO: name the column"
_SOURCE_LINE = {
    "name": "source_line",
    "type": "integer",
    "title": "Line of the source",
    "description": "The line of the text held that the row was taken from, 1 being the first.",
}
"""What every table of a response has, and what it is."""
_BOOLEANS = frozenset(["true", "false", "True", "False", "TRUE", "FALSE"])
"""Words that Table Schema reads as true or false by itself, but for 1 and 0, which are numbers as well."""
_LEADING_ZERO = re.compile(r"-?0\d[\d,.]*")
"""A number that is written so is a code, such as 007."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR = re.compile(r"year|yr\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fields of a schema, made to fit a header."""

    fields: tuple[int | Mapping[str, Json], ...]
    """Each a position among the author's own, from 0, or a new one."""
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def fit(
    header: Sequence[str], columns: Sequence[Collection[str]], names: Sequence[str], todo: Collection[int]
) -> Fitted:
    """Fit a schema's fields to a header. ``columns`` has the different texts of each column, missing ones apart.

    ``names`` are those of the author's fields; what stands in ``todo``, by position, nobody has described yet. A field
    without a column is taken out only where it is such a one; else its author may have meant a column of another name.
    """
    strangers = [n for n, name in enumerate(names) if name not in header]
    kept = [names[n] for n in strangers if n not in todo]
    done = [f'field "{names[n]}": taken out, since no column is called so' for n in strangers if n in todo]
    left = [_unsure(name, header, names) for name in kept]
    fields: list[int | Mapping[str, Json]] = []
    for column, texts in zip(header, columns, strict=True):
        if column in names:
            fields.append(names.index(column))
        elif not nearest(column, kept):
            made = make_field(column, texts)
            fields.append(made)
            done.append(f'field "{column}": none -> {made["type"]}{_say(made)}')
    was = [n for n in range(len(names)) if n not in strangers]
    if [each for each in fields if isinstance(each, int)] != was:
        done.append("order of the fields: now that of the header")
    for n in strangers:
        if n not in todo:
            fields.insert(fields.index(n - 1) + 1 if n - 1 in fields else 0, n)
    return Fitted(tuple(fields), tuple(done), tuple(left))


def _unsure(name: str, header: Sequence[str], names: Sequence[str]) -> str:
    meant = nearest(name, [column for column in header if column not in names])
    mend = f'is it the column "{meant}"? Give both one name' if meant else "take it out, or name its column so"
    return f'field "{name}": left, though no column is called so; {mend}'


def _say(field: Mapping[str, Json]) -> str:
    return '; say what it is, in the place of "TODO"' if "TODO" in field["description"] else ""


def header_fault(header: Sequence[str]) -> str | None:
    """Say why no fields can be made from a header, if none can."""
    lower = [name.lower() for name in header]
    if not all(name.strip() for name in header) or not header:
        return "a column has no name"
    if len(set(lower)) < len(lower):
        return "two columns have the same name"
    taken = next((name for name in header if urls.is_reserved_column(name)), None)
    return f'the site itself uses the name "{taken}"' if taken else None


def make_field(name: str, texts: Collection[str]) -> dict[str, Json]:
    """Describe a column of which these are the different texts, missing ones apart; what it is an author has to say."""
    if name == "source_line":
        return dict(_SOURCE_LINE)
    words = re.sub(r"[_-]+", " ", name).strip()
    title = words[:1].upper() + words[1:]
    type_ = _type(name, sorted(texts))
    return {"name": name, **type_, "title": title if title not in {name, ""} else _TO_NAME, "description": TO_SAY}


def _type(name: str, texts: Sequence[str]) -> dict[str, Json]:
    """Give the type of a column, with its format; text wherever it could be something else than it seems."""
    if texts and _BOOLEANS.issuperset(texts):
        return {"type": "boolean"}
    reading = None if any(map(_LEADING_ZERO.fullmatch, texts)) else reading_of(texts)
    if reading is None or reading.doubt or not reading.bare or "%y" in reading.format:
        return {"type": "string"}
    match reading.type:
        case "year" if not _YEAR.search(name):
            return {"type": "integer"}
        case "date" if not reading.format and not all(map(_ISO.fullmatch, texts)):
            return {"type": "string"}
    form = {"format": reading.format} if reading.format else {}
    return {"type": reading.type, **form, **({"groupChar": ","} if reading.grouped else {})}
