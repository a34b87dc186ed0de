"""Write a table as an Excel workbook, laid out as the Government Analysis Function asks of published spreadsheets.

A cover sheet, a notes sheet, then the table on a sheet of its own, marked up as one, with a frozen header and real
types. No cell can become a formula, a link or a number by its looks. What a sheet cannot hold is never cut:
``writable.py`` finds it first.

What all workbooks have in common is made by xlsxwriter, once a process: a form without a cell, which is filled here.
Asked for each workbook and each cell, it took four times as long.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from site_builder.bundles import Packed, in_memory, pack
from site_builder.exports import CONTROLS, are, as_text, as_texts, numerals
from site_builder.model import Table, Value
from site_builder.writable import LONGEST_CELL, is_double

_MADE = datetime(1980, 1, 1)  # noqa: DTZ001  # a workbook knows no zones; the date only keeps bytes the same
_LONGEST_NAME = 31
_DIGITS = 15
"""Significant digits that spreadsheet programs keep of a number."""
_MOST = 10**_DIGITS
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheet programs disagree on dates: some take 1900 for a leap year."""
_BEFORE_FIRST = date(1899, 12, 30)
"""Day 0 of a sheet's dates, as it is counted after the leap day that 1900 never had."""
_DAYS_BEFORE = _BEFORE_FIRST.toordinal()
_BLOCK = 1_000
"""Rows of a sheet that are written at a time."""
_WIDTHS = (10, 60)
_PROSE_WIDTH = 100
_LOOKED_AT = 200
"""Rows that a column's width is taken from."""
_MARKABLE = re.compile(r"[\w .-]{1,255}")
"""Names of columns that the markup of a table takes as they are."""
_TOP = {"valign": "top"}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 15},
    "prose": {"num_format": "@", "text_wrap": True, **_TOP},
    "head": {"bold": True, "bottom": 1, **_TOP},
    "text": {"num_format": "@", **_TOP},
    "plain": _TOP,
    "date": {"num_format": "yyyy-mm-dd", **_TOP},
    "datetime": {"num_format": "yyyy-mm-dd hh:mm:ss", **_TOP},
}
"""The few formats that cells have. xlsxwriter numbers them from 1, in the order in which the form shows them."""
_STYLE = {look: f'" s="{number}"' for number, look in enumerate(_LOOKS, start=1)}
"""How a cell says in what format it is, after the number of its row."""
_COVER, _NOTES, _SHEET = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))
_MARKUP = "xl/tables/table1.xml"
_TEXTS = "xl/sharedStrings.xml"
_NAMES = ("xl/workbook.xml", "docProps/app.xml")
"""Files that name the sheets."""
_PROPERTIES = "docProps/core.xml"


@dataclass(frozen=True, slots=True)
class Cover:
    """What a workbook says before its table."""

    title: str
    lines: tuple[str, ...]
    """Sentences of the cover sheet."""
    notes: tuple[str, ...]
    """Sentences of the notes sheet, beside those on the fields: caveats."""


class _Texts(dict[str, str]):
    """The texts that cells share, each with the rest of a cell that shows it.

    It holds the text's number, which a text gets when it is first asked for.
    """

    def __missing__(self, text: str) -> str:
        """Number a text."""
        self[text] = rest = f' t="s"><v>{len(self)}</v></c>'
        return rest


def workbook(cover: Cover, table: Table) -> bytes:
    """Write a workbook of one table, in which ``writable.faults`` found nothing and which is not ``left_out``."""
    texts = _Texts()
    names = [column.name for column in table.columns]
    reach = f"A1:{xl_col_to_name(max(len(names), 1) - 1)}{len(table.rows) + 1}"
    name = _sheet_name(table.resource.name)
    listed = f"Sheet “{name}”: {table.resource.title}, {len(table.rows):,} rows, of which the first names the columns."
    contents = ("Sheet “Notes”: what each column holds, why values are missing, and caveats.", listed)
    form = _form(is_marked=bool(table.rows) and _are_markable(names))
    filled = {
        _COVER: _sentences(form.files[_COVER], texts, cover.title, (*cover.lines, *contents)),
        _NOTES: _sentences(form.files[_NOTES], texts, "Notes", (*_meanings(table), *cover.notes)),
        _SHEET: _filled(form.files[_SHEET], reach, _widths(table), _rows(table, texts)),
        _TEXTS: _shared(form.files[_TEXTS], texts),
        _PROPERTIES: [form.files[_PROPERTIES].format(title=escape(cover.title[:255]))],
        **{path: [form.files[path].format(sheet=escape(name, {'"': "&quot;"}))] for path in _NAMES},
        _MARKUP: _markup(form.files.get(_MARKUP, ""), f"table_{table.resource.name}", reach, names),
    }
    # the sheets stand before the texts that they share
    return in_memory(form.same.get(path) or pack(path, "".join(filled[path]).encode()) for path in form.files)


# --- the form --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    """The files of a workbook without a cell."""

    files: Mapping[str, str]
    """Their texts, for ``str.format``, in their order."""
    same: Mapping[str, Packed]
    """Those that are the same in every workbook."""


@lru_cache(maxsize=2)
def _form(*, is_marked: bool) -> _Form:
    """Make the form of workbooks whose table is marked up as one, or of those whose table is not."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": "{title}", "created": _MADE})
        cover, notes, sheet = (book.add_worksheet(name) for name in ("Cover", "Notes", "{sheet}"))
        for each in (cover, notes, sheet):
            each.set_column(0, 0, _PROSE_WIDTH)
        for number, look in enumerate(_LOOKS.values()):
            cover.write_string(number, 0, "form", book.add_format(look))
        sheet.freeze_panes(1, 0)
        if is_marked:
            sheet.add_table(0, 0, 1, 0, {"name": "form", "style": "Table Style Light 1"})
    with zipfile.ZipFile(file) as archive:
        files = {path: _opened(archive.read(path).decode()) for path in archive.namelist()}
    same = {path: pack(path, text.encode()) for path, text in files.items() if "{" not in text}
    return _Form(files, same)


def _opened(text: str) -> str:
    """Name the places of a form's file that differ from workbook to workbook."""
    for pattern, place in (
        (r'(<dimension ref=")[^"]*', r"\1{reach}"),
        ("<cols>.*</cols>", "{columns}"),
        (r"<sheetData>.*</sheetData>|<sheetData/>", "<sheetData>{rows}</sheetData>"),
        (r' count="\d+" uniqueCount="\d+">.*(</sst>)', r' uniqueCount="{count}">{texts}\1'),
        (r'(name|displayName)="form"', r'\1="{name}"'),
        ('ref="A1:A2"', 'ref="{reach}"'),
        (r'(<tableColumns count=")\d+">.*(</tableColumns>)', r'\1{count}">{columns}\2'),
    ):
        text = re.sub(pattern, place, text)
    return text


# --- what is filled in -----------------------------------------------------------------------------------------------


def _sheet_name(resource: str) -> str:
    """Name a sheet after its resource, in the 31 characters that a name may have and without those it may not."""
    name = re.sub(r"[\[\]:*?/\\']", "-", resource)[:_LONGEST_NAME]
    return name if name.lower() not in {"cover", "notes", "history", ""} else f"{name}-table"


def _sentences(form: str, texts: _Texts, title: str, lines: Iterable[str]) -> Iterator[str]:
    """Write a sheet of prose: a title, and a sentence in each row below it."""
    cells = [_STYLE["title"] + texts[_held(title)], *(_STYLE["prose"] + texts[_held(line)] for line in lines)]
    rows = [f'<row r="{n}"><c r="A{n}{cell}</row>' for n, cell in enumerate(cells, start=1)]
    return _filled(form, f"A1:A{len(rows)}", [_PROSE_WIDTH], rows)


def _filled(form: str, reach: str, widths: Iterable[int], rows: Iterable[str]) -> Iterator[str]:
    """Put rows into the form of a sheet, part by part; the widths are those of its columns, in characters."""
    before, after = form.split("{rows}")
    columns = "".join(_width(n, width) for n, width in enumerate(widths, start=1))
    yield before.format(reach=reach, columns=columns and f"<cols>{columns}</cols>")
    yield from rows
    yield after


def _shared(form: str, texts: _Texts) -> Iterator[str]:
    """List the texts that cells share."""
    has_controls = any(map("".join(texts).__contains__, CONTROLS))
    items = [_item(text) if has_controls or _is_odd(text) else f"<si><t>{text}</t></si>" for text in texts]
    yield form.format(count=len(texts), texts="".join(items))


def _is_odd(text: str) -> bool:
    """Whether a text without controls cannot stand in XML as it is."""
    return "&" in text or "<" in text or ">" in text or "_x" in text or text != text.strip()


def _item(text: str) -> str:
    """Write a text as XML, with what Excel would read otherwise written as Excel writes it."""
    text = re.sub("(?=_x[0-9A-Fa-f]{4}_)", "_x005F", text)
    text = re.sub("[\x00-\x08\x0b-\x1f]", lambda found: f"_x{ord(found[0]):04X}_", text)
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<si><t{space}>{escape(text)}</t></si>"


def _markup(form: str, name: str, reach: str, names: Sequence[str]) -> Iterator[str]:
    """Mark up the table as one."""
    columns = "".join(f'<tableColumn id="{n}" name="{name}"/>' for n, name in enumerate(names, start=1))
    yield form.format(name=re.sub(r"\W", "_", name)[:206], reach=reach, count=len(names), columns=columns)


def _are_markable(names: Sequence[str]) -> bool:
    """Whether the markup of a table can name all columns, which it tells apart without regard to capitals."""
    return len({name.lower() for name in names}) == len(names) > 0 and all(map(_MARKABLE.fullmatch, names))


def _held(prose: str) -> str:
    """Shorten what we say of a table, never what is in it, to a cell."""
    return prose if len(prose) <= LONGEST_CELL // 2 else prose[: LONGEST_CELL // 2 - 1] + "…"


def _meanings(table: Table) -> Iterable[str]:
    """Explain each field, its categories, and each reason for having no value."""
    yield (
        "An empty cell has no value, unless it is text and the column beside it, whose name ends in __missing, "
        "gives no reason: then the text is empty. Numbers of more than 15 digits, times of day, and dates before "
        "March 1900 are written as text, since spreadsheets would change them."
    )
    for field in table.resource.fields:
        about = f"{field.title}. {field.description}" if field.title != field.name else field.description
        yield f"{field.name}: {about}" if about else field.name
        for category in field.categories:
            if category.label != category.value:
                yield f"{field.name}, “{category.value}”: {category.label}"
        labels = dict.fromkeys(each.label for each in field.missing)
        if field.says_why_missing:
            yield f"{field.name}__missing says why there is no value: {', '.join(labels)}."


def _blocks(table: Table, size: int) -> Iterator[Sequence[Sequence[Value]]]:
    """Give the values of so many rows at a time, column by column."""
    if table.gaps is None:
        for first in range(0, len(table.rows), size):
            yield [values[first : first + size] for values in table.values]
        return
    rows = iter(table.rows)
    while block := list(islice(rows, size)):
        yield [column.values(block) for column in table.columns]


def _widths(table: Table) -> list[int]:
    """Give each column the width of its longest value, within bounds."""
    first = next(_blocks(table, _LOOKED_AT), [()] * len(table.columns))
    return [
        min(max(most + 2, len(column.name) + 4, _WIDTHS[0]), _WIDTHS[1])
        for most, column in zip(map(_longest, first), table.columns, strict=True)
    ]


def _width(column: int, characters: int) -> str:
    """Write the width of a column, in which a character takes 7 pixels and the margins 5."""
    width = (characters * 7 + 5) * 256 // 7 / 256
    return f'<col min="{column}" max="{column}" width="{width:.16g}" customWidth="1"/>'


def _longest(values: Sequence[Value]) -> int:
    """Count the characters of the longest value; of whole numbers that is the least or the largest."""
    if are(values, int) or are(values, date):
        values = (min(values), max(values))
    return max(map(len, as_texts(values)), default=0)


def _rows(table: Table, texts: _Texts) -> Iterator[str]:
    """Write the sheet's rows block by block, in each column by column: what stands between the numbers of each row."""
    if not table.columns:
        return
    letters = [xl_col_to_name(n) for n in range(len(table.columns))]
    heads = [f'<c r="{at}1{_STYLE["head"]}{texts[each.name]}' for at, each in zip(letters, table.columns, strict=True)]
    yield f'<row r="1">{"".join(heads)}</row>'
    first = 2
    for block in _blocks(table, _BLOCK):
        numbers = numerals(range(first, first + len(block[0])))
        begins = ["" if None in values else f'<c r="{at}' for at, values in zip(letters, block, strict=True)]
        parts = [['<row r="'] * len(numbers), [f'">{begins[0]}'] * len(numbers)]
        for at, values, then in zip(letters, block, [*begins[1:], "</row>"], strict=True):
            if None in values:
                ends = zip(parts[-1], numbers, _ends(values, texts, ""), strict=True)
                parts[-1] = [f'{before}<c r="{at}{n}{end}{then}' if end else before + then for before, n, end in ends]
            else:
                parts.append(_ends(values, texts, then))
        yield "".join(map(str.join, numbers, zip(*parts, strict=True)))
        first += len(numbers)


def _ends(values: Sequence[Value], texts: _Texts, then: str) -> list[str]:
    """Write what comes after the row's number in each cell of a column, and what stands then.

    Where there is no value, there is no cell, and nothing is written.
    """
    if are(values, str):
        style = _STYLE["text"]
        written = {value: f"{style}{texts[value]}{then}" for value in dict.fromkeys(values)}
        return list(map(written.__getitem__, values))
    if are(values, int) and min(values) > -_MOST and max(values) < _MOST:
        style = _STYLE["plain"]
        return [f"{style}><v>{value}</v></c>{then}" for value in values]
    if are(values, date) and min(values) >= _FIRST_DAY:
        return [_day(value) + then for value in values]
    return ["" if value is None else _written(value, texts) + then for value in values]


@lru_cache(maxsize=10_000)
def _day(day: date) -> str:
    """Write the rest of a cell that holds a day, once a process: the same few hundred stand in most tables."""
    return f"{_STYLE['date']}><v>{day.toordinal() - _DAYS_BEFORE}</v></c>"


def _written(value: Value, texts: _Texts) -> str:
    """Write the rest of a cell that holds a value as what it is."""
    look, held = _stored(value)
    match held:
        case str():
            return _STYLE[look] + texts[held]
        case bool():
            return f'{_STYLE[look]} t="b"><v>{held:d}</v></c>'
        case _:
            return f"{_STYLE[look]}><v>{held:.16G}</v></c>"


def _stored(value: Value) -> tuple[str, bool | float | str]:
    """Say how a value looks and what a sheet holds of it; what its numbers and dates cannot hold exactly stays text."""
    match value:
        case bool():
            return "plain", value
        case int() | Decimal() | float() if _is_number(value):
            return "plain", float(value)
        case datetime() if value.date() >= _FIRST_DAY and value.tzinfo is None and not value.microsecond:
            seconds = value.hour * 3600 + value.minute * 60 + value.second
            return "datetime", (value.date() - _BEFORE_FIRST).days - 1 + seconds / 86400 + 1
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            return "date", float(value.toordinal() - _DAYS_BEFORE)
        case _:
            return "text", as_text(value)


def _is_number(value: float | Decimal) -> bool:
    """Whether spreadsheet programs keep a number as it is."""
    if isinstance(value, int) and abs(value) < 10**_DIGITS:
        return True
    number = Decimal(str(value))
    if not number.is_finite() or not is_double(value):
        return False
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return len(digits) <= _DIGITS and float(f"{float(value):.16G}") == float(value)
