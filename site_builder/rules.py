"""Hold a summary against the rules of the vocabulary: what its numbers put together, what its chart joins and ranks.

A rule is checked against the records behind each number, and against what the query itself reads and sorts by; never
against what the summary's header says of it. What may not be merged stands in the vocabulary's package, not here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from site_builder.model import Answer, Facts, Found, Summary, Value, by_list
from site_builder.problems import Problem
from site_builder.vocabulary import EVERY, Rule, Vocabulary

SMALL = 5
"""A count below this may point to somebody, where no response itself stated it."""
_MOST_SHOWN = 4
_ROUNDING = Decimal("0.0005")
"""Of a share of 1, how far a rounded one may lie from what the records make."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A summary with its answer and the records behind each of its rows, looked up."""

    summary: Summary
    answer: Answer
    trails: tuple[tuple[Found, ...], ...]

    def column(self, name: str | None) -> int | None:
        """Position of a column."""
        return next((n for n, each in enumerate(self.answer.columns) if each.name == name), None)

    def title(self, number: int) -> str:
        """Name a row, counted from 0, by what it is of."""
        measure = self.column(self.summary.counts)
        shown = [str(value) for n, value in enumerate(self.answer.rows[number]) if n != measure and value is not None]
        return f'Row {number + 1} ("{", ".join(shown)[:80]}")'


def broken(counted: Counted, vocabulary: Vocabulary, *, across: bool) -> tuple[Problem, ...]:
    """Find the rules that a summary breaks: each once, where it breaks it first."""
    if not vocabulary.rules:
        return ()
    reads = _reads(counted, vocabulary)
    return tuple(
        Problem(counted.summary.where, "rule-broken", f"{fault} {rule.says}", rule.mend, field=rule.rule)
        for rule in vocabulary.rules
        if (across or rule.scope == "everywhere") and (not rule.reads or "*" in reads or rule.reads & reads)
        if (fault := next(_faults(rule, counted), None))
    )


def _reads(counted: Counted, vocabulary: Vocabulary) -> frozenset[str]:
    """Say which columns and lists a query reads: a list too where it names a field that is mapped to it."""
    named = counted.answer.uses.columns
    refs = (found.source.record for trail in counted.trails for found in trail)
    tables = {(ref.package, ref.resource) for ref in refs}
    mapped = (meaning for table in sorted(tables) for meaning in vocabulary.of(*table))
    return named | {meaning.list for meaning in mapped if meaning.field.lower() in named}


def _faults(rule: Rule, counted: Counted) -> Iterator[str]:
    match rule.kind:
        case "one-value":
            yield from _several_values(rule, counted)
        case "apart":
            yield from _not_apart(rule, counted)
        case "share":
            yield from _shares(rule, counted)
        case "line":
            yield from _lines(rule, counted)
        case "panel":
            yield from _panels(rule, counted)


def _values(rule: Rule, trail: Sequence[Found]) -> tuple[str, ...]:
    values = {value for found in trail for value in found.facts.get(rule.column, ())}
    return tuple(sorted(values - rule.ignore))


def _listed(values: Sequence[str]) -> str:
    shown = [f'"{value[:60]}"' for value in values[:_MOST_SHOWN]]
    return " and ".join(shown) + (" and others" if len(values) > len(shown) else "")


def _several_values(rule: Rule, counted: Counted) -> Iterator[str]:
    for what, trail in _sums(counted):
        values = _values(rule, trail)
        if len(values) > 1:
            yield f"{what} adds up records whose {rule.column} differs: {_listed(values)}."


def _sums(counted: Counted) -> Iterator[tuple[str, Sequence[Found]]]:
    """Give the records behind each number, and those behind each bar whose parts are stacked: its length is a sum."""
    for number, trail in enumerate(counted.trails):
        yield counted.title(number), trail
    chart = counted.summary.chart
    if chart and chart.mark == "bar" and chart.color:
        measure = counted.column(counted.summary.counts)
        named = (counted.column(name) for name in (chart.x, chart.y, chart.facet))
        key = [n for n in named if n is not None and n != measure]
        for values, rows in _grouped(counted.answer.rows, key).items():
            if len(rows) > 1:
                shown = ", ".join(str(value) for value in values)
                yield f'The bar "{shown[:80]}", stacked,', [found for n in rows for found in counted.trails[n]]


def _not_apart(rule: Rule, counted: Counted) -> Iterator[str]:
    """Find numbers that add up records of both sides, by the fields that the query reads: it may count by any other."""
    for what, trail in _sums(counted):
        read = [by_list(each for each in found.said if counted.answer.uses.names(each.field)) for found in trail]
        held = [(_has(facts, rule.first, rule), _has(facts, rule.second, rule)) for facts in read]
        if (True, False) in held and (False, True) in held:
            one, other = _codes(rule.first), _codes(rule.second)
            yield f"{what} adds up records of {one} with records of {other}."


def _has(facts: Facts, codes: frozenset[tuple[str, str]], rule: Rule) -> bool:
    return any(
        code in {EVERY, value} and value not in rule.ignore for name, code in codes for value in facts.get(name, ())
    )


def _codes(codes: frozenset[tuple[str, str]]) -> str:
    return " or ".join(f"any {name}" if code == EVERY else f'"{code}" ({name})' for name, code in sorted(codes))


# --- shares ----------------------------------------------------------------------------------------------------------


def _shares(rule: Rule, counted: Counted) -> Iterator[str]:
    """Find shares that are taken of what the rule keeps out, or that cannot be followed to records at all."""
    measure = counted.column(counted.summary.counts)
    for position, column in enumerate(counted.answer.columns):
        if position == measure or measure is None or not column.type.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
            continue
        groups = _whole_of(position, measure, counted)
        if groups is None:
            yield f'The share "{column.name}" is not a share of what this summary lists, so nobody can check it.'
            continue
        for rows in groups:
            for number in rows:
                if any(_has(found.facts, rule.first, rule) for found in counted.trails[number]):
                    yield f'The share "{column.name}" is taken of records of {_codes(rule.first)}, too.'


def _whole_of(position: int, measure: int, counted: Counted) -> list[list[int]] | None:
    """Find the rows that a column's values are shares of: those that agree in some of the other columns."""
    others = [n for n in range(len(counted.answer.columns)) if n not in {position, measure}]
    for size in range(min(len(others), 4) + 1):
        for key in combinations(others, size):
            groups = _grouped(counted.answer.rows, key)
            if all(_is_share(counted.answer.rows, rows, position, measure) for rows in groups.values()):
                return list(groups.values())
    return None


def _grouped(rows: Sequence[Sequence[Value]], key: Sequence[int]) -> Mapping[tuple[Value, ...], list[int]]:
    groups: dict[tuple[Value, ...], list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(tuple(row[n] for n in key), []).append(number)
    return groups


def _is_share(rows: Sequence[Sequence[Value]], group: Sequence[int], position: int, measure: int) -> bool:
    """Whether the values are the rows' shares of their sum, of 1 or of 100, as far as they are rounded."""
    counts = [Decimal(str(rows[n][measure] or 0)) for n in group]
    shares = [Decimal(str(rows[n][position] or 0)) for n in group]
    total = sum(counts)
    return total > 0 and any(
        all(
            abs(share - count * whole / total) <= max(_ROUNDING * whole, _half_step(share))
            for share, count in zip(shares, counts, strict=True)
        )
        for whole in (1, 100)
    )


def _half_step(share: Decimal) -> Decimal:
    """Half of the last place that a rounded number is written with."""
    exponent = share.as_tuple().exponent
    return Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) and exponent < 0 else Decimal(0)


# --- charts and order ------------------------------------------------------------------------------------------------


def _lines(rule: Rule, counted: Counted) -> Iterator[str]:
    chart = counted.summary.chart
    if chart is None or chart.mark != "line":
        return
    key = [n for n in (counted.column(chart.color), counted.column(chart.facet)) if n is not None]
    for rows in _grouped(counted.answer.rows, key).values():
        values = _values(rule, [found for number in rows for found in counted.trails[number]])
        if len(values) > 1:
            yield f"The chart draws a line through records whose {rule.column} differs: {_listed(values)}."


def _panels(rule: Rule, counted: Counted) -> Iterator[str]:
    """Find what is set side by side in one panel of a chart, or sorted by its size."""
    chart = counted.summary.chart
    panels = [[n for n in (counted.column(chart.facet),) if n is not None]] if chart else []
    words = [(key, "The chart draws in one panel") for key in panels]
    ranked = _before_measure(counted)
    words += [(ranked, "The rows are put in order of their number, which ranks")] if ranked is not None else []
    for key, what in words:
        for rows in _grouped(counted.answer.rows, key).values():
            values = _values(rule, [found for number in rows for found in counted.trails[number]])
            if len(values) > 1:
                yield f"{what} records whose {rule.column} differs: {_listed(values)}."


def _before_measure(counted: Counted) -> list[int] | None:
    """Give the columns that the rows are sorted by before the first that is a number of records; none if none is."""
    names = [column.name for column in counted.answer.columns]
    measures = {
        n
        for n, column in enumerate(counted.answer.columns)
        if column.name == counted.summary.counts or column.type.startswith(("DECIMAL", "DOUBLE", "FLOAT"))
    }
    before: list[int] = []
    for each in _keys(counted.answer.uses.order, names):
        if each is None or each in measures:
            return before
        before.append(each)
    return None


def _keys(order: Sequence[str | int | None], names: Sequence[str]) -> Iterator[int | None]:
    """Bring each key of an order to a column's position; nothing where it is a calculation, or a hidden column."""
    for key in order:
        if key == "*":
            yield from range(len(names))
        elif isinstance(key, int):
            yield key - 1 if 0 < key <= len(names) else None
        else:
            yield names.index(key) if key in names else None


# --- small cells -----------------------------------------------------------------------------------------------------


def small_cells(counted: Counted) -> tuple[Problem, ...]:
    """Flag counts of 1 to 4 that no response itself stated, unless the header says why they may stand."""
    if counted.summary.small_cells or counted.summary.counts is None:
        return ()
    new = [n for n, trail in enumerate(counted.trails) if 0 < len(trail) < SMALL and not _is_stated(trail)]
    if not new:
        return ()
    rows = "row" if len(new) == 1 else "rows"
    listed = ", ".join(str(n + 1) for n in new[:10]) + (" …" if len(new) > 10 else "")  # noqa: PLR2004  # as cut
    what = f"{rows.capitalize()} {listed}: a count under {SMALL} that no response itself states."
    mend = 'Group into fewer rows, or say in the header why they may stand: smallCells = "…".'
    return (Problem(counted.summary.where, "small-cell", what, mend),)


def _is_stated(trail: Sequence[Found]) -> bool:
    """Whether a response states the count itself: as all the rows that have some wordings in one of its fields."""
    tables = {(found.source.origin or found.source.record)[:2] for found in trail}
    shared = set.intersection(*(set(found.words) for found in trail))
    return len(tables) == 1 and any(
        sum(dict(found.words[field] for found in trail).values()) == len(trail) for field in shared
    )
