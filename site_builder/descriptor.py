"""Turn the text of a ``datapackage.json`` into a Package, finding all that is wrong with it on the way."""

import codecs
import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from site_builder import urls
from site_builder.json_faults import explain
from site_builder.misspelt import misspelt_keys
from site_builder.model import (
    Authority,
    Category,
    Coverage,
    Field,
    Json,
    Licence,
    Missing,
    MissingWhen,
    Package,
    PublishedFigure,
    Question,
    Quote,
    Resource,
    Response,
    Source,
    Statement,
)
from site_builder.problems import Problem
from site_builder.profiles import nearest, profile_problems
from site_builder.writable import strings, unwritable

LONGEST_DESCRIPTOR = 5_000_000
"""Characters of a descriptor."""
DEEPEST_DESCRIPTOR = 40
"""Objects and lists inside one another."""
_LONGEST_NUMBER = 400
"""Digits of a whole number; Python reads no more than 4,300."""
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_BRACKET = re.compile(r"[\[\]{}]")
LONGEST_VERSION = 64
"""Characters of a package's version."""
MOST_FIELDS = 1_000
"""Fields of a table."""
KINDS: tuple[Literal["records", "counts"], ...] = ("records", "counts")
TABULAR = {"csv": "text/csv", "tsv": "text/tab-separated-values"}
"""The table formats that we read, beside data that stands in the descriptor."""
_DIALECT: Mapping[str, Json] = {
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "escapeChar": None,
    "skipInitialSpace": False,
    "nullSequence": None,
    "header": True,
    "headerRows": [1],
    "headerJoin": " ",
    "headerCase": True,
    "commentChar": None,
    "commentRows": [],
    "skipBlankRows": False,
    "lineTerminator": "\r\n",
}
"""What a dialect may say of a table, each with its value in plain CSV."""
_HARMLESS = ("headerCase", "headerJoin", "lineTerminator")
"""What any program that reads CSV makes nothing of."""
_SPECIAL_KEYS = ("compression", "innerpath", "scheme", "control", "extrapaths", "query")
_FIELD_TYPES = frozenset(
    [
        "any",
        "array",
        "boolean",
        "date",
        "datetime",
        "duration",
        "geojson",
        "geopoint",
        "integer",
        "list",
        "number",
        "object",
        "string",
        "time",
        "year",
        "yearmonth",
    ],
)


@dataclass
class _Reader:
    """Gathers the problems of one descriptor while it is read."""

    where: str
    files: frozenset[str]
    read: Callable[[str], str]
    problems: list[Problem] = field(default_factory=list)
    referenced: set[str] = field(default_factory=set)
    """Files that hold a part of the descriptor."""

    def problem(self, code: str, what: str, mend: str, key: str | None = None) -> None:
        self.problems.append(Problem(self.where, code, what, mend, field=key))


def read_descriptor(
    text: str,
    name: str,
    where: str,
    files: Iterable[str],
    read: Callable[[str], str],
) -> tuple[Package | None, tuple[Problem, ...]]:
    """Read a descriptor.

    The name is the package's identifier (its folder's), ``where`` how problems name the file, ``files`` the relative
    paths that the folder holds, and ``read`` gives the text of one of them, where a schema or dialect stands in a file
    of its own. There is no package where the text is no JSON object. Where something else is wrong, there is one of
    what could be read, so that its tables can be checked in the same pass.
    """
    reader = _Reader(where, frozenset(files), read)
    descriptor = _parse(text, reader)
    if descriptor is None:
        return None, tuple(reader.problems)
    response = _response(descriptor, name, reader)
    _check_keys(descriptor, reader)
    resources = _resources(descriptor, reader, has_response="foi" in descriptor)
    package = Package(
        name=name,
        title=_text(descriptor.get("title")) or _text(descriptor.get("name")) or name,
        description=_text(descriptor.get("description")),
        version=_version(descriptor, reader),
        created=_created(descriptor, reader),
        keywords=tuple(_text(each) for each in _list(descriptor.get("keywords")) if _text(each)),
        licences=tuple(_licences(descriptor)),
        sources=tuple(_sources(descriptor, reader)),
        resources=resources,
        response=response,
    )
    _check_documents(package, reader)
    return package, tuple(reader.problems)


def _check_keys(descriptor: Mapping[str, Json], reader: _Reader) -> None:
    """Find misspelt keys of a response's package; any other may hold keys of its own as it likes."""
    for each in misspelt_keys(descriptor) if "foi" in descriptor else ():
        what = f'"{each.key[:80]}" is no key here, so what it says would be passed over.'
        mend = f'Did you mean "{each.meant}"? A key of your own has to differ more.'
        reader.problem("misspelt-key", what, mend, f"{each.at}.{each.key}".lstrip("."))


# --- JSON ------------------------------------------------------------------------------------------------------------


def _parse(text: str, reader: _Reader) -> Mapping[str, Json] | None:
    """Read JSON strictly: no key twice, no NaN, not too long or too deep."""
    if len(text) > LONGEST_DESCRIPTOR:
        reader.problem("descriptor-size", "The descriptor is too long.", "Put the data in files of their own.")
        return None
    if _depth(text) > DEEPEST_DESCRIPTOR:
        reader.problem("descriptor-depth", "Its lists and objects are too deep.", f"Use at most {DEEPEST_DESCRIPTOR}.")
        return None

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        times = Counter(key for key, _ in pairs) if len(made) < len(pairs) else {}
        for key in sorted(key for key in times if times[key] > 1):
            reader.problem("duplicate-key", "The key stands twice in one object.", "Keep one of them.", key)
        return made

    def constant(word: str) -> None:
        reader.problem("json", f"{word[:20]} is not JSON that every program reads.", "Write a number, or null.")

    def whole(digits: str) -> int:
        if len(digits) > _LONGEST_NUMBER:
            what = f"The number {digits[:10]}… has {len(digits):,} digits, and may have {_LONGEST_NUMBER}."
            reader.problem("json", what, "Write it as text, in quotes.")
        return int(digits[:_LONGEST_NUMBER])

    try:
        loaded = json.loads(text, object_pairs_hook=unique, parse_constant=constant, parse_int=whole)
    except json.JSONDecodeError as error:
        fault = explain(text, error)
        reader.problems.append(Problem(reader.where, "json", fault.what, fault.mend, line=fault.line))
        return None
    if not isinstance(loaded, dict):
        reader.problem("json", "It is not an object in { }.", "Start the file with {.")
        return None
    return loaded if _is_whole(text, loaded, reader) else None


def _is_whole(text: str, loaded: Json, reader: _Reader) -> bool:
    """Tell whether every character can be written; JSON may hold controls, and half of a surrogate pair."""
    if "\\u" not in text or not any(map(unwritable, strings(loaded))):
        return True
    what = "It has a character that no page can hold: a control character, or half of one (\\ud800 to \\udfff)."
    reader.problem("json", what, "Take it out, or write the character itself.")
    return False


def _depth(text: str) -> int:
    """Count how deep brackets are inside one another, those in strings apart; of few it is enough to know how many."""
    if (opening := text.count("[") + text.count("{")) <= DEEPEST_DESCRIPTOR:
        return opening
    depth = deepest = 0
    for bracket in _BRACKET.findall(_without_strings(text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _without_strings(text: str) -> str:
    """Take all strings out of JSON; where none holds a quote they are every second of what its quotes part."""
    if "\\" in text or text.count('"') % 2:
        return _STRING.sub("", text)
    return "".join(text.split('"')[::2])


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: Json) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _object(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


# --- resources -------------------------------------------------------------------------------------------------------


def _resources(descriptor: Mapping[str, Json], reader: _Reader, *, has_response: bool) -> tuple[Resource, ...]:
    listed = descriptor.get("resources", [])
    if not isinstance(listed, list) or not (listed or has_response):
        reader.problem("no-resources", "It lists no resources.", 'List each file under "resources".', "resources")
        return ()
    resources = [
        resource
        for number, each in enumerate(listed)
        if (resource := _resource(each, f"resources[{number}]", reader, has_response=has_response))
    ]
    seen: set[str] = set()
    for resource in resources:
        if resource.sql_name.lower() in seen:
            what = f'Two resources are called "{resource.name}" (- and _, small and capital letters count as the same).'
            reader.problem("same-name", what, "Rename one of them.", resource.name)
        seen.add(resource.sql_name.lower())
    return tuple(resources)


def _resource(each: Json, key: str, reader: _Reader, *, has_response: bool) -> Resource | None:
    if not isinstance(each, dict):
        reader.problem("resource", "It is not an object in { }.", "Describe the file in an object.", key)
        return None
    name = _text(each.get("name"))
    address = name if has_response else _address(name)
    if not urls.RESOURCE_NAME.fullmatch(address):
        mend = "Use a-z, 0-9 and -, beginning with a letter, at most 64 characters."
        reader.problem("resource-name", f'"{name}" cannot be the name of a resource.', mend, key)
        return None
    for special in _SPECIAL_KEYS:
        if special in each:
            what = f'"{special}" asks for a reader that we do not open files with.'
            reader.problem("resource-key", what, "Put a plain file in the folder and leave the key out.", key)
    if not isinstance(each.get("hash", ""), str):
        reader.problem("resource", '"hash" is not text.', "Write it in quotes, or leave it out.", f"{key}.hash")
    paths = _paths(each, key, reader)
    tabular = _is_table(each, paths)
    dialect = _referenced(each.get("dialect"), f"{key}.dialect", reader)
    _check_rows(dialect, f"{key}.dialect", reader)
    schema = _schema(each.get("schema"), key, reader)
    table = _object(each.get("foi"))
    if tabular and (has_response or table):
        reader.problems.extend(profile_problems(table, "table", reader.where, f"{key}.foi"))
    return Resource(
        name=address,
        title=_text(each.get("title")) or name.replace("-", " ").replace("_", " "),
        description=_text(each.get("description")),
        paths=paths,
        tabular=tabular,
        format=_format(each, paths),
        mediatype=_text(each.get("mediatype")) or TABULAR.get(_format(each, paths), "application/octet-stream"),
        plain_csv=len(paths) == 1 and _has_commas(each, paths, dialect),
        commas=_has_commas(each, paths, dialect),
        fields=tuple(_fields(schema, key, reader)),
        unique_keys=tuple(_keys(schema)),
        document=_text(table.get("document")) or None,
        compiled=_text(table.get("compiled")) or None,
        coverage=_own_coverage(table.get("coverage"), key),
        kind=next((kind for kind in KINDS if table.get("kind") == kind), None),
        unit=_text(table.get("unit")) or "rows",
        descriptor=_readable(each, address, paths, {"dialect": dialect, "schema": schema})
        | _encoding(each, key, reader),
    )


def _own_coverage(coverage: Json, key: str) -> Coverage | None:
    """Read what a table says of its coverage; what is wrong with it was said with its ``foi`` object."""
    sound = isinstance(coverage, dict) and not [
        *profile_problems({"coverage": coverage} | _ANY_TABLE, "table", "", key)
    ]
    return _coverage(coverage) if sound else None


_ANY_TABLE = {"kind": "records", "unit": "rows", "document": "source/x"}


def _address(name: str) -> str:
    """Make a resource's name of one that breaks our rule."""
    slug = urls.slug(name)
    return f"r-{slug}"[:64].strip("-") if slug[:1].isdigit() else slug


def _readable(
    each: Mapping[str, Json],
    name: str,
    paths: Sequence[str],
    parts: Mapping[str, Mapping[str, Json]],
) -> dict[str, Json]:
    """Keep of a resource's descriptor what a reader of tables needs, and nothing that makes it reach elsewhere."""
    kept: dict[str, Json] = {"name": name}
    if paths:
        kept["path"] = paths[0]
        kept |= {"extrapaths": list(paths[1:])} if len(paths) > 1 else {}
        kept |= {"format": _format(each, paths)} if _format(each, paths) in TABULAR else {}
    else:
        kept["data"] = each.get("data")
    if _is_table(each, paths):
        kept |= {"type": "table"}
        kept |= _dialect(parts["dialect"], _format(each, paths) if paths else "")
        kept |= {"schema": _pointing(parts["schema"])} if parts["schema"].get("fields") else {}
    elif paths:
        kept |= {"type": "file"}
    return kept | {word: each[word] for word in ("hash", "bytes") if word in each and len(paths) == 1}


def _check_rows(dialect: Mapping[str, Json], key: str, reader: _Reader) -> None:
    """Rows of a header or of comments are named by their number: Frictionless stumbles over anything else."""
    for settings in (dialect, _object(dialect.get("csv"))):
        for word in ("headerRows", "commentRows"):
            rows = _list(settings.get(word))
            if any(not isinstance(row, int) or isinstance(row, bool) or row < 1 for row in rows):
                what = f"{word} is {json.dumps(rows)[:60]}, and not a list of the numbers of rows."
                reader.problem("dialect", what, "Write numbers such as [1]; the first row is 1.", f"{key}.{word}")


def _known(dialect: Mapping[str, Json]) -> dict[str, Json]:
    """Keep of a dialect what describes CSV: other keys are handed to constructors that do not know them."""
    nested = {"csv": _known(_object(dialect["csv"]))} if "csv" in dialect else {}
    return {key: value for key, value in dialect.items() if key in _DIALECT} | nested


def _pointing(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Point foreign keys at resources by the names that these have here."""

    def renamed(key: Json) -> Json:
        reference = _object(_object(key).get("reference"))
        written = reference.get("resource")
        if not isinstance(written, str) or not written or urls.RESOURCE_NAME.fullmatch(written):
            return key
        return {**key, "reference": {**reference, "resource": _address(written)}}

    keys = schema.get("foreignKeys")
    return {**schema, "foreignKeys": [renamed(key) for key in keys]} if isinstance(keys, list) else dict(schema)


def _dialect(dialect: Mapping[str, Json], format_: str) -> dict[str, Json]:
    """Say that CSV has commas where the descriptor says nothing: a reader that guesses would take semicolons too."""
    if dialect:
        return {"dialect": _known(dialect)}
    return {"dialect": {"delimiter": ","}} if format_ == "csv" else {}


def _encoding(each: Mapping[str, Json], key: str, reader: _Reader) -> dict[str, Json]:
    """Always name the encoding: guessed ones are often wrong."""
    written = _text(each.get("encoding")) or "utf-8"
    if "path" not in each:
        return {}
    try:
        "a".encode(written)  # refuses what is no encoding of text, such as "hex"
        return {"encoding": codecs.lookup(written).name}
    except (LookupError, ValueError):  # not known, or with a character that no name has
        mend = 'Write "utf-8", or save the file in UTF-8 and leave the key out.'
        reader.problem("encoding", f'"{written}" is not an encoding that we know.', mend, f"{key}.encoding")
        return {}


def _referenced(written: Json, key: str, reader: _Reader) -> Mapping[str, Any]:
    """Give an object that stands in the descriptor, or in a file of the package that it names."""
    if not isinstance(written, str):
        return _object(written)
    if written not in reader.files:
        what = f'There is no file "{written}" in the package.'
        reader.problem("no-file", what, "Write the object itself here, or add the file.", key)
        return {}
    reader.referenced.add(written)
    inner = _Reader(f"{posixpath.dirname(reader.where)}/{written}", reader.files, reader.read)
    loaded = _parse(reader.read(written), inner)
    reader.problems.extend(inner.problems)
    return loaded or {}


def _paths(each: Mapping[str, Json], key: str, reader: _Reader) -> tuple[str, ...]:
    written = each.get("path")
    if written is None or written == []:
        if "data" not in each:
            reader.problem("no-path", "It has neither a path nor data.", 'Name its file under "path".', key)
        return ()
    paths = [written] if isinstance(written, str) else _list(written)
    good: list[str] = []
    for path in paths:
        if not isinstance(path, str) or (fault := urls.path_fault(path)):
            what = f"{json.dumps(path)[:100]} cannot be read: {fault if isinstance(path, str) else 'it is not a path'}."
            reader.problem("path", what, "Put the file in the package's folder and name it from there.", f"{key}.path")
        elif path not in reader.files:
            reader.problem(
                "no-file", f'There is no file "{path}" in the package.', _nearest(path, reader), f"{key}.path"
            )
        else:
            good.append(path)
    return tuple(good)


def _nearest(path: str, reader: _Reader) -> str:
    same = sorted(file for file in reader.files if posixpath.basename(file).lower() == posixpath.basename(path).lower())
    meant = same[0] if same else nearest(path, reader.files)
    return f'Did you mean "{meant}"?' if meant else "Add the file, or mend the path."


def _format(each: Mapping[str, Json], paths: Sequence[str]) -> str:
    if not paths:
        return _text(each.get("format")).lower() or "inline"
    return _text(each.get("format")).lower() or posixpath.splitext(paths[0])[1].lstrip(".").lower()


def _is_table(each: Mapping[str, Json], paths: Sequence[str]) -> bool:
    if not paths:
        rows = each.get("data")
        return isinstance(rows, list) and bool(rows) and all(isinstance(row, list | dict) for row in rows)
    return _format(each, paths) in TABULAR


def _has_commas(each: Mapping[str, Json], paths: Sequence[str], dialect: Mapping[str, Json]) -> bool:
    encoding = (_text(each.get("encoding")) or "utf-8").lower().replace("_", "-")
    settings = {**dialect, **_object(dialect.get("csv"))}
    default_dialect = all(settings.get(key, plain) == plain for key, plain in _DIALECT.items() if key not in _HARMLESS)
    return bool(paths) and _format(each, paths) == "csv" and encoding in {"utf-8", "utf8"} and default_dialect


def _schema(written: Json, key: str, reader: _Reader) -> Mapping[str, Any]:
    schema = _referenced(written, f"{key}.schema", reader)
    if len(_list(schema.get("fields"))) > MOST_FIELDS:
        what = f"The table has more than {MOST_FIELDS:,} fields."
        reader.problem("too-many-fields", what, "Tidy data has few columns and many rows.", f"{key}.schema")
        return {}
    return schema


def _fields(schema: Mapping[str, Any], key: str, reader: _Reader) -> Iterator[Field]:
    seen: set[str] = set()
    for number, each in enumerate(_list(schema.get("fields"))):
        here = f"{key}.schema.fields[{number}]"
        name = each.get("name") if isinstance(each, dict) else None
        if not isinstance(name, str) or not name.strip():
            reader.problem("field-name", "The field has no name.", 'Give it a "name".', here)
            continue
        if name.lower() in seen:
            reader.problem("field-name", f'There are two fields called "{name}".', "Rename one of them.", here)
        seen.add(name.lower())
        if urls.is_reserved_column(name):
            reader.problem("field-name", f'"{name}" is a name that the site itself uses.', "Rename the field.", here)
        yield _field(each, name, schema, here, reader)


def _field(each: Mapping[str, Any], name: str, schema: Mapping[str, Any], here: str, reader: _Reader) -> Field:
    type_ = each.get("type", "any" if "$schema" in schema else "string")
    if not isinstance(type_, str) or type_ not in _FIELD_TYPES:
        meant = nearest(str(type_), _FIELD_TYPES)
        mend = (f'Did you mean "{meant}"? ' if meant else "") + f"Write one of: {', '.join(sorted(_FIELD_TYPES))}."
        reader.problem("field-type", f"{json.dumps(type_)} is not a type of field.", mend, here)
        type_ = "any"
    constraints = _object(each.get("constraints"))
    if not _is_pattern(constraints.get("pattern")):
        what = f"{_words(constraints['pattern'])} is not a regular expression."
        reader.problem("field-constraint", what, "Mend it, or take it out.", f"{here}.constraints.pattern")
    return Field(
        name=name,
        type=type_,
        title=_text(each.get("title")) or name,
        description=_text(each.get("description")),
        format=_text(each.get("format")) or "default",
        derived=_text(each.get("derived")) or None,
        mended=_text(each.get("mended")) or None,
        categories=tuple(_categories(each)),
        missing=tuple(_missing(each.get("missingValues", schema.get("missingValues", [""])))),
        missing_when=tuple(_missing_when(each, schema, here, reader)),
        constraints=tuple((word, _words(constraints[word])) for word in sorted(constraints)),
    )


def _is_pattern(written: Json) -> bool:
    try:
        re.compile(f"^{written}$")
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _words(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value)


def _categories(each: Mapping[str, Any]) -> Iterator[Category]:
    for category in _list(each.get("categories")):
        if isinstance(category, dict) and "value" in category:
            value = str(category["value"])
            yield Category(value, _text(category.get("label")) or value)
        elif not isinstance(category, dict):
            yield Category(str(category), str(category))


def _missing(written: Json) -> Iterator[Missing]:
    for each in _list(written):
        if isinstance(each, dict):
            yield Missing(str(each.get("value", "")), _text(each.get("label")) or "no value")
        else:
            yield Missing(str(each), "no value")


def _missing_when(
    each: Mapping[str, Any],
    schema: Mapping[str, Any],
    here: str,
    reader: _Reader,
) -> Iterator[MissingWhen]:
    rules = _list(each.get("missingWhen"))
    names = {_text(other.get("name")) for other in map(_object, _list(schema.get("fields")))} if rules else set()
    for rule in map(_object, rules):
        field_, equals, label = (_text(rule.get(key)) for key in ("field", "equals", "label"))
        if field_ not in names or not equals or not label:
            mend = 'Write {"field": another field of the table, "equals": its value, "label": the reason}.'
            reader.problem("missing-when", "The rule for missing values is not complete.", mend, f"{here}.missingWhen")
        else:
            yield MissingWhen(field_, equals, label)


def _keys(schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for each in _list(schema.get("uniqueKeys")):
        yield (each,) if isinstance(each, str) else tuple(str(name) for name in _list(each))


# --- package ---------------------------------------------------------------------------------------------------------


def _version(descriptor: Mapping[str, Json], reader: _Reader) -> str | None:
    written = _text(descriptor.get("version"))
    if len(written) > LONGEST_VERSION:
        what = f"The version has {len(written):,} characters, and a folder of the site is called after it."
        reader.problem("version", what, "Write one such as 1.0.0.", "version")
        return None
    return written or None


def _created(descriptor: Mapping[str, Json], reader: _Reader) -> date | None:
    written = _text(descriptor.get("created"))
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        what, mend = f'"{written[:40]}" is not a date.', "Write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ."
        reader.problem("created", what, mend, "created")
        return None


def _licences(descriptor: Mapping[str, Json]) -> Iterator[Licence]:
    for each in map(_object, _list(descriptor.get("licenses"))):
        name = _text(each.get("name"))
        path = _text(each.get("path"))
        if name or path:
            title = _text(each.get("title")) or name or path
            yield Licence(name, title, path if path.startswith(("https://", "http://")) else None)


def _sources(descriptor: Mapping[str, Json], reader: _Reader) -> Iterator[Source]:
    for number, each in enumerate(map(_object, _list(descriptor.get("sources")))):
        path = _text(each.get("path")) or None
        if path and not path.startswith(("https://", "http://")) and path not in reader.files:
            what = f'There is no file "{path}" in the package.'
            reader.problem("no-file", what, _nearest(path, reader), f"sources[{number}].path")
        yield Source(_text(each.get("title")) or path or "source", path, _text(each.get("hash")) or None)


def _check_documents(package: Package, reader: _Reader) -> None:
    """Hold each table's document, and each document in ``source/``, against the sources that are listed."""
    listed = {source.path for source in package.sources}
    held = [source.path for source in package.sources if source.path and source.path in reader.files]
    for resource in package.resources:
        if resource.document and resource.document not in reader.files:
            what = f'There is no file "{resource.document}" in the package.'
            reader.problem("no-file", what, _nearest(resource.document, reader), f"{resource.name}.foi.document")
    _check_addresses(package, held, reader)
    if package.response is None:
        return
    for path in sorted(path for path in reader.files if path.startswith("source/")):
        if path not in listed:
            mend = 'List it under "sources" with its path and hash, or take it out.'
            reader.problem("source", f'"{path}" is not listed as a source.', mend, "sources")
    own = {path for resource in package.resources for path in resource.paths} | reader.referenced
    unread = any((problem.field or "").startswith("resources") for problem in reader.problems)
    stray = sorted(path for path in reader.files if path.startswith("data/") and path not in own)
    for path in () if unread else stray:
        mend = 'Describe it under "resources", or take it out: everything in a package is published.'
        where = f"{posixpath.dirname(reader.where)}/{path}"
        reader.problems.append(Problem(where, "stray-file", "No resource describes it.", mend))
    for number, source in enumerate(package.sources):
        if source.path in reader.files and not source.hash:
            mend = 'Add "hash": "sha256:" and what `sha256sum` prints.'
            reader.problem("source-hash", f'"{source.path}" has no hash.', mend, f"sources[{number}].hash")


def _check_addresses(package: Package, held: Sequence[str], reader: _Reader) -> None:
    """No two documents share an address, nor does one stand where another's further pages do, at ``<address>2/``."""
    addresses = {urls.source(package.name, path): path for path in reversed(held)}
    for path in held:
        page = urls.source(package.name, path)
        above = re.sub(r"[0-9]+/$", "", page)
        other = addresses[page]
        if other != path:
            what = f'"{path}" would have the same address as "{other}".'
            reader.problem("source", what, "Rename one of the two.", "sources")
        elif above != page and above in addresses:
            what = f'"{path}" would have the address of a further page of "{addresses[above]}".'
            reader.problem("source", what, "Rename one of the two.", "sources")


def _response(descriptor: Mapping[str, Json], name: str, reader: _Reader) -> Response | None:
    if "foi" not in descriptor:
        return None
    if descriptor.get("name") != name:
        what = f'The name is {json.dumps(descriptor.get("name"))}, the folder "{name}".'
        reader.problem("package-name", what, "Give both the same name: it is the address on the site.", "name")
    found = tuple(profile_problems(descriptor["foi"], "foi", reader.where, "foi"))
    reader.problems.extend(problem for problem in found if "TODO" not in problem.what)  # the check for TODO says it
    return None if found else _read_response(descriptor["foi"], reader)


def _read_response(foi: Mapping[str, Any], reader: _Reader) -> Response:
    authority = foi["authority"]
    slug = urls.slug(authority["name"])
    if not slug:
        reader.problem("authority", "The name gives no address.", "Write it with letters.", "foi.authority.name")
    return Response(
        reference=foi["reference"],
        authority=Authority(authority["name"], authority["evidence"], slug, authority.get("url")),
        request_date=_date(foi["requestDate"]),
        response_date=_date(foi["responseDate"]),
        document_date=_date(foi["documentDate"]),
        outcome=foi["outcome"],
        questions=tuple(_question(each) for each in foi["questions"]),
        exemptions=_quotes(foi["exemptions"]),
        caveats=_quotes(foi["caveats"]),
        not_stated=_quotes(foi.get("notStated", [])),
        withheld_marks=tuple(foi.get("withheldMarks", ())),
        coverage=_coverage(foi["coverage"]),
        published_figures=tuple(_published(each) for each in foi["publishedFigures"]),
        statements=tuple(Statement(date.fromisoformat(s["date"]), s["by"], s["text"]) for s in foi["statements"]),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _quotes(listed: Iterable[Mapping[str, Any]]) -> tuple[Quote, ...]:
    return tuple(Quote(each["text"], each["line"], each.get("note")) for each in listed)


def _question(each: Mapping[str, Any]) -> Question:
    return Question(
        each["number"],
        each["text"],
        each["answer"],
        each["line"],
        each.get("answerLine"),
        tuple(each.get("resources", ())),
        each.get("source"),
    )


def _coverage(each: Mapping[str, Any]) -> Coverage:
    return Coverage(
        start=_date(each["start"]),
        end=_date(each["end"]),
        counts=each["counts"],
        basis=each["basis"],
        method=each["method"],
        method_line=each.get("methodLine"),
        search_terms=tuple(each["searchTerms"]),
        source=each.get("source"),
    )


def _published(each: Mapping[str, Any]) -> PublishedFigure:
    value = Decimal(str(each["value"]))
    return PublishedFigure(each["name"], each["statement"], value, each["line"], each["sql"], each.get("explanation"))
