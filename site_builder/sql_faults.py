"""Say in plain words why DuckDB refused a query: the name that is not there, and the one that was probably meant."""

import re

from site_builder.profiles import nearest

_MEND = "Mend the SQL."
_NO_PACKAGE = re.compile(r"Table with name .+? does not exist because schema \"p_(.+?)\" does not exist")
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist!(?: Did you mean \"(.+?)\"\?)?")
_NO_FUNCTION = re.compile(r"Function with name (.+?) does not exist!(?: Did you mean \"(.+?)\"\?)?")
_NO_COLUMN = re.compile(r"Referenced column \"(.+?)\" not found in FROM clause!(?: Candidate bindings: (.+))?")
_NO_ACCESS = re.compile(r"Cannot access (?:file|directory) \"(.+?)\"|disabled (?:through|by) configuration")
_SYNTAX = re.compile(r"syntax error at (?:or near \"(.+)\"|end of input)")


def explain(message: str) -> tuple[str, str]:
    """Give what is wrong, in a sentence, and how to mend it; a message of another kind is passed on as it is."""
    if found := _NO_PACKAGE.search(message):
        what = f'"{found[1].replace("_", "-")}" is no package here; the SQL names its tables as p_{found[1]}.'
        return what, "Mend the name, or take out what needs them. A package's own summaries see its own tables alone."
    if found := _NO_TABLE.search(message):
        return f'There is no table "{found[1]}".', _meant(
            found[1], found[2]
        ) or "The tables are the package's own, with _ for -."
    if found := _NO_FUNCTION.search(message):
        return f'DuckDB has no function "{found[1]}".', _meant(found[1], found[2]) or _MEND
    if found := _NO_COLUMN.search(message):
        candidates = re.findall(r'"([^"]+)"', found[2] or "")
        listed = f"The nearest are: {', '.join(candidates)}." if candidates else _MEND
        return f'There is no column "{found[1]}".', f"{_meant(found[1], *candidates)} {listed}".strip()
    if found := _NO_ACCESS.search(message):
        what = f'It reaches for "{found[1]}".' if found[1] else "It reaches for something outside the tables."
        return what, "A query sees the tables alone: no file, no address, no settings."
    if found := _SYNTAX.search(message):
        place = f'at "{found[1]}"' if found[1] else "at its end"
        return f"The SQL cannot be read {place}.", "Look there, and just before, for a comma, a bracket or a word."
    return message if message.endswith((".", "?", "!")) else f"{message}.", _MEND


def _meant(written: str, *suggested: str | None) -> str:
    """Ask about the suggestion that is like what was written; DuckDB suggests something in any case."""
    meant = nearest(written, filter(None, suggested))
    return f'Did you mean "{meant}"?' if meant else ""
