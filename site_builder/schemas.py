"""Describe a derived table's columns as a Table Schema, for the files that can carry it with them."""

from typing import Any

from site_builder.model import Table, TypedColumn

_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"


def table_schema(table: Table) -> dict[str, Any]:
    """Describe each column: those of the author's schema, and beside them those that say why a value is missing."""
    resource = table.resource
    about = {"$schema": _SCHEMA, "name": resource.name, "title": resource.title, "description": resource.description}
    return {**{key: text for key, text in about.items() if text}, "fields": [*map(_field, table.columns)]}


def _field(column: TypedColumn) -> dict[str, Any]:
    field = column.field
    if column.is_reason:
        title = f"{field.title}: why there is no value"
        labels = list(dict.fromkeys(each.label for each in field.missing))
        return {"name": column.name, "type": "string", "title": title, "categories": labels}
    about: dict[str, Any] = {"name": field.name, "type": field.type, "title": field.title}
    if field.description:
        about["description"] = field.description
    if field.format != "default":
        about["format"] = field.format
    if field.categories:
        about["categories"] = [{"value": each.value, "label": each.label} for each in field.categories]
    if field.missing:
        about["missingValues"] = [{"value": each.text, "label": each.label} for each in field.missing]
    return about
