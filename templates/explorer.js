// Search, filter, sort and cut down a table of records. The page's own rows stay until a control is used; then all the
// rows are read at once, column by column (exports.table_columns says how they are written), and drawn a hundred at a
// time. What is chosen stands in the address, so that it can be shared and the browser's back button undoes it.
//
//   explore (below)   the controls, the state, what happens when
//   readTable …       from what was fetched to columns
//   find, order       from columns and a state to the rows found, in order, and how many there are of each value
//   writeCell …       from rows to HTML and CSV

const ROWS_DRAWN = 100;
const MOST_CHOICES = 30; // different values up to which a field can be filtered by value
const MOST_CATEGORIES = 200; // the same, for a field whose schema lists its values

export default async function explore(region) {
  const place = region.previousElementSibling;
  const grid = region.querySelector("table");
  const heads = [...grid.tHead.rows[0].cells];
  const own = grid.tBodies[0];
  const named = heads.filter(({ dataset }) => dataset.field);
  const fields = named.map(({ dataset }) => dataset.field);
  const titles = new Map(named.map((head) => [head.dataset.field, head.textContent.trim()]));
  const pagers = [...document.querySelectorAll(".pager")];
  const page = {
    rows: new URL(region.dataset.records, location.href).href,
    source: region.dataset.source && new URL(region.dataset.source, location.href).href,
    packages: region.dataset.packages && new URL(region.dataset.packages, location.href).href,
    perPage: Number(region.dataset.perPage),
    last: Number(region.dataset.last),
    marks: markPattern(JSON.parse(region.dataset.marks)),
    cards: region.classList.contains("cards"),
  };
  let state = readState(new URLSearchParams(location.search), fields);
  let table = null;
  let reading = null;
  let found = null;
  let typed = false; // whether the last change was a letter
  let later = 0;

  // --- the controls ---

  const search = make("input", { type: "search", id: "explorer-search", autocomplete: "off", spellcheck: false });
  const status = make("p", { className: "status", role: "status" });
  const filters = make("div", { className: "filters" });
  const filtersTitle = make("summary", {}, "Filter by value");
  const filtersBox = make("details", {}, filtersTitle, filters);
  const boxes = new Map(fields.map((name) => [name, make("input", { type: "checkbox", checked: true })]));
  const columns = make("details", {},
    make("summary", {}, "Choose columns"),
    make("fieldset", { className: "choices across" },
      make("legend", { className: "unseen" }, "Columns to show"),
      ...fields.map((name) => make("label", {}, boxes.get(name), " ", titles.get(name)))));
  const save = make("button", { type: "button" }, "Download these rows as CSV");
  const clear = make("button", { type: "button", hidden: true }, "Clear all");
  const above = pagerOfFound("Pages of rows");
  const below = pagerOfFound("Pages of rows, again");
  const form = make("form", { role: "search", ariaLabel: "These rows" },
    make("div", { className: "line-of-controls" },
      make("label", { htmlFor: search.id }, "Search these rows"), search, save, clear),
    make("div", { className: "boxes" }, filtersBox, columns),
    status, above.nav);
  const sorters = new Map();

  for (const head of named) {
    const name = head.dataset.field;
    const sorter = make("button", { type: "button", className: "sorter", ariaLabel: `Sort by ${titles.get(name)}` });
    sorter.addEventListener("click", () => change({ sort: nextSort(state.sort, name), page: 1 }));
    head.append("\u00a0", sorter);
    sorters.set(name, sorter);
  }
  search.addEventListener("input", () => change({ text: search.value, page: 1 }, true));
  form.addEventListener("submit", (event) => event.preventDefault());
  filtersBox.addEventListener("toggle", () => filtersBox.open && ready());
  for (const [name, box] of boxes) box.addEventListener("change", () => choose(name, box));
  save.addEventListener("click", async () => (await ready()) && download());
  clear.addEventListener("click", () => {
    change(readState(new URLSearchParams(), fields));
    search.focus(); // the button goes away, and the focus must not go with it
  });
  addEventListener("popstate", () => {
    clearTimeout(later);
    typed = false;
    state = readState(new URLSearchParams(location.search), fields);
    show();
  });
  place.append(form);
  region.after(below.nav);
  if (page.cards) keepRoles(grid);
  await show();

  // --- the state ---

  function change(part, typing = false) {
    const before = writeState(state);
    state = { ...state, ...part };
    if (writeState(state) !== before) remember(typing);
    show();
  }

  // A word typed is one step back, not one for each letter; and browsers refuse too many changes of the address.
  function remember(typing) {
    const address = () => location.pathname + (writeState(state) && `?${writeState(state)}`);
    clearTimeout(later);
    if (typing && typed) later = setTimeout(() => history.replaceState(null, "", address()), 250);
    else history.pushState(null, "", address());
    typed = typing;
  }

  function choose(name, box) {
    const chosen = fields.filter((each) => boxes.get(each).checked);
    if (chosen.length === 0) {
      box.checked = true;
      status.textContent = "One column has to stay.";
      return;
    }
    change({ columns: chosen.length === fields.length ? null : new Set(chosen) });
  }

  // --- reading, once ---

  function ready() {
    reading ??= read();
    return reading;
  }

  async function read() {
    status.textContent = "Reading the rows …";
    region.ariaBusy = "true";
    try {
      const answer = await fetch(region.dataset.rows);
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      table = readTable(await answer.json());
      addFilters();
      draw();
      return true;
    } catch (error) {
      console.warn("The rows could not be read:", error);
      reading = null; // so that the next use of a control tries again
      status.textContent = "The rows could not be read, so the table stays as it is. Try again, or use the downloads.";
      return false;
    } finally {
      region.ariaBusy = null;
    }
  }

  function addFilters() {
    for (const column of table.columns.filter((each) => each.choices)) {
      column.inputs = column.choices.map(({ key }) => {
        const input = make("input", { type: "checkbox" });
        input.addEventListener("change", () => {
          const picked = new Set(state.picked.get(column.name));
          if (input.checked) picked.add(key);
          else picked.delete(key);
          const all = new Map(state.picked);
          if (picked.size) all.set(column.name, picked);
          else all.delete(column.name);
          change({ picked: all, page: 1 });
        });
        return input;
      });
      column.counts = column.choices.map(() => make("span", { className: "count" }));
      const labels = column.choices.map(({ label, missing }, n) => {
        const value = make("span", { className: missing ? "none" : "" });
        if (missing) value.textContent = label;
        else writeText(value, label, page.marks);
        return make("label", {}, column.inputs[n], " ", value, " ", column.counts[n]);
      });
      filters.append(make("fieldset", { className: "choices" },
        make("legend", {}, titles.get(column.name)), ...labels));
    }
    if (!filters.firstChild) filters.append(make("p", {}, "No field has few enough different values."));
  }

  // --- showing the state ---

  async function show() {
    drawControls();
    if (table || !writeState(state)) draw();
    else await ready();
  }

  function drawControls() {
    if (search.value !== state.text) search.value = state.text;
    clear.hidden = !writeState(state);
    for (const [name, box] of boxes) box.checked = !state.columns || state.columns.has(name);
    for (const [name, sorter] of sorters) drawSorter(sorter, state.sort?.name === name ? state.sort : null);
    filtersTitle.textContent = "Filter by value" + (state.picked.size ? ` (${count(state.picked.size, "field")})` : "");
  }

  function draw() {
    const started = performance.now();
    const touched = writeState(state) !== "";
    for (const head of heads) head.hidden = state.columns !== null && "field" in head.dataset && !state.columns.has(head.dataset.field);
    for (const pager of pagers) pager.hidden = touched;
    found = table && find(table, state);
    if (found) found.rows = order(table, found.rows, state.sort);
    for (const column of (table?.columns ?? []).filter((each) => each.inputs)) {
      const picked = state.picked.get(column.name);
      column.choices.forEach(({ key }, n) => {
        column.inputs[n].checked = picked?.has(key) ?? false;
        column.counts[n].textContent = number(found.counts.get(column)[n]);
      });
    }
    if (!touched || !table) {
      grid.tBodies[0].replaceWith(own);
      status.textContent = atFirst();
      above.draw(0);
      below.draw(0);
      return;
    }
    const first = (Math.min(state.page, pagesOf(found.rows)) - 1) * ROWS_DRAWN;
    const body = make("tbody", {}, ...Array.from(found.rows.subarray(first, first + ROWS_DRAWN), drawRow));
    grid.tBodies[0].replaceWith(body);
    if (page.cards) keepRoles(grid);
    status.textContent = sentence(found.rows.length, first);
    above.draw(found.rows.length);
    below.draw(found.rows.length);
    performance.measure("explorer", { start: started });
  }

  function atFirst() {
    const [total, shown] = [Number(region.dataset.total), own.rows.length];
    if (shown === total) return count(total, "row");
    const some = total > page.last ? `the first ${number(page.last)}` : "all";
    return `This page has ${number(shown)} of ${count(total, "row")}. Search, filters and sorting work on ${some} of them.`;
  }

  function sentence(rows, first) {
    const of = table.count < table.total ? `the first ${number(table.count)} of ${count(table.total, "row")}` : count(table.total, "row");
    if (!rows) return `No row of ${number(table.count)} has all of this. Take something away, or clear all.`;
    const last = Math.min(rows, first + ROWS_DRAWN);
    const part = rows > ROWS_DRAWN ? `; shown are ${number(first + 1)} to ${number(last)}` : "";
    return `${number(rows)} of ${of}${part}`;
  }

  function drawRow(row) {
    const address = `${pageOf(page.rows, row + 1)}#r${row + 1}`;
    const cells = heads.filter((head) => !head.hidden).map((head, n) => {
      const cell = make(n ? "td" : "th", n ? {} : { scope: "row" });
      if (page.cards) cell.dataset.label = titles.get(head.dataset.field) ?? head.textContent.trim();
      if (!n) cell.append(make("a", { href: address }, String(row + 1)));
      else if ("source" in head.dataset) writeSource(cell, row);
      else {
        writeCell(cell, table.named.get(head.dataset.field), row, page.marks);
        const doubt = page.packages && valueOf(`${head.dataset.field}_confidence`, row);
        if (doubt && doubt !== "stated" && cell.className !== "none") cell.append(" ", make("small", {}, `(${doubt})`));
      }
      return cell;
    });
    return make("tr", { id: `r${row + 1}` }, ...cells);
  }

  function writeSource(cell, row) {
    cell.className = "source";
    const line = valueOf("source_line", row);
    const [name, resource, record, document] = ["package", "resource", "row", "document"].map((each) => valueOf(each, row));
    const source = page.packages ? `${page.packages}${name}/source/${String(document).replace(/^source\//, "")}/` : page.source;
    if (page.packages) {
      const records = `${page.packages}${name}/records/${resource}/`;
      cell.append(make("a", { href: addressOf(records, record, "r") }, `${resource} ${record}`), " ");
    }
    if (line) cell.append(make("a", { href: addressOf(source, line, "l") }, `line ${line}`));
    else if (!page.packages) cell.append("–");
  }

  function valueOf(name, row) {
    const column = table.named.get(name);
    return column ? column.keys[column.cells[row]] : null;
  }

  function addressOf(base, row, letter) {
    return row > page.last ? base : `${pageOf(base, row)}#${letter}${row}`;
  }

  function pageOf(base, row) {
    const number = Math.ceil(row / page.perPage);
    return number > 1 ? `${base}${number}/` : base;
  }

  function pagerOfFound(label) {
    const button = (words, step) => {
      const made = make("button", { type: "button" }, words);
      made.addEventListener("click", () => {
        if (made.ariaDisabled === "true") return;
        change({ page: Math.min(state.page, pagesOf(found.rows)) + step });
        if (nav === below.nav) {
          region.focus({ preventScroll: true });
          place.scrollIntoView();
        }
      });
      return made;
    };
    const [previous, next, where] = [button("Previous", -1), button("Next", 1), make("span")];
    const nav = make("nav", { className: "pager-of-found", ariaLabel: label, hidden: true }, previous, where, next);
    const draw = (rows) => {
      const pages = Math.ceil(rows / ROWS_DRAWN);
      const at = Math.min(state.page, pages);
      nav.hidden = pages < 2;
      where.textContent = `Page ${number(at)} of ${number(pages)}`;
      previous.ariaDisabled = String(at <= 1); // not "disabled", which would lose the focus
      next.ariaDisabled = String(at >= pages);
    };
    return { nav, draw };
  }

  // The cells are the author's, as they wrote them: a file that changed one, even one that a spreadsheet would take for
  // a formula (= + - @), would no longer be evidence, and would differ from the published table.
  function download() {
    const chosen = table.columns.filter(({ name }) => !state.columns || state.columns.has(name) || !fields.includes(name));
    const lines = Array.from(found.rows, (row) => csvLine(chosen.map((column) => column.texts[column.cells[row]])));
    const blob = new Blob([csvLine(chosen.map(({ name }) => name)), ...lines], { type: "text/csv;charset=utf-8" });
    const link = make("a", { href: URL.createObjectURL(blob), download: `${region.dataset.name}${writeState(state) && "-selection"}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

// --- the state: what is chosen, and how it is written in the address ---

function readState(query, fields) {
  const picked = new Map();
  for (const name of fields) {
    const keys = [
      ...query.getAll(`is.${name}`).map((text) => `=${text}`),
      ...query.getAll(`none.${name}`).map((reason) => `!${reason}`),
    ];
    if (keys.length) picked.set(name, new Set(keys));
  }
  const columns = query.getAll("column").filter((name) => fields.includes(name));
  const sort = query.get("sort");
  return {
    text: query.get("q") ?? "",
    picked,
    sort: fields.includes(sort) ? { name: sort, down: query.get("order") === "descending" } : null,
    columns: columns.length && columns.length < fields.length ? new Set(columns) : null,
    page: Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1),
  };
}

function writeState({ text, picked, sort, columns, page }) {
  const query = new URLSearchParams();
  if (text.trim()) query.set("q", text);
  for (const [name, keys] of picked) {
    for (const key of keys) query.append(`${key[0] === "=" ? "is" : "none"}.${name}`, key.slice(1));
  }
  if (sort) query.set("sort", sort.name);
  if (sort?.down) query.set("order", "descending");
  for (const name of columns ?? []) query.append("column", name);
  if (page > 1) query.set("page", String(page));
  return query.toString();
}

function nextSort(sort, name) {
  if (sort?.name !== name) return { name, down: false };
  return sort.down ? null : { name, down: true };
}

// --- columns ---

function readTable({ rows, columns }) {
  const read = columns.map(readColumn);
  const count = read[0]?.cells.length ?? 0;
  return { total: rows, count, columns: read, named: new Map(read.map((column) => [column.name, column])), searched: null };
}

// Of each different cell of a column: its text, why it has no value, and what it sorts by; of each row: which it has.
function readColumn({ name, number: isNumber, categories, cells }) {
  const column = { name, isNumber, texts: [], reasons: [], keys: [], cells: new Uint32Array(cells.length), ranks: null, folded: null };
  cells.forEach((cell, row) => {
    if (typeof cell === "number") {
      column.cells[row] = cell;
      return;
    }
    const [text, reason = null, key = text] = typeof cell === "string" ? [cell] : cell;
    column.cells[row] = column.texts.length;
    column.texts.push(text);
    column.reasons.push(reason);
    column.keys.push(isNumber ? Number(key) : key);
  });
  column.choices = name === "source_line" ? null : readChoices(column, new Map(categories));
  return column;
}

// The values that a reader can filter by, where they are few; two texts that mean the same lack of a value are one.
function readChoices(column, categories) {
  if (column.texts.length > MOST_CATEGORIES * 2) return null;
  const choices = new Map();
  rank(column);
  const sorted = [...column.texts.keys()].sort((a, b) => column.ranks[a] - column.ranks[b]);
  for (const entry of sorted) {
    const [text, reason] = [column.texts[entry], column.reasons[entry]];
    const key = reason === null ? `=${text}` : `!${reason}`;
    const meaning = categories.get(text);
    const label = meaning && !fold(meaning).startsWith(fold(text)) ? `${text}: ${meaning}` : (meaning ?? text);
    choices.set(key, { key, label: reason ?? (label || "(empty)"), missing: reason !== null, order: [...categories.keys()].indexOf(text) });
  }
  if (choices.size < 2 || choices.size > (categories.size ? MOST_CATEGORIES : MOST_CHOICES)) return null;
  const list = [...choices.values()].sort((a, b) => a.missing - b.missing || a.order - b.order);
  const at = new Map(list.map(({ key }, n) => [key, n]));
  column.choiceOf = Uint16Array.from(column.texts, (text, entry) => at.get(column.reasons[entry] === null ? `=${text}` : `!${column.reasons[entry]}`));
  return list;
}

// Number the different cells in the order that they sort in; equal ones alike, those without a value last.
function rank(column) {
  if (column.ranks) return;
  const value = column.isNumber ? (key) => (Number.isNaN(key) ? Infinity : key) : fold;
  const keys = column.keys.map(value);
  const entries = [...keys.keys()].filter((entry) => column.reasons[entry] === null);
  entries.sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0));
  column.ranks = new Uint32Array(keys.length);
  let next = 0;
  entries.forEach((entry, n) => {
    if (n && keys[entry] !== keys[entries[n - 1]]) next += 1;
    column.ranks[entry] = next;
  });
  column.ranked = entries.length ? next + 1 : 0;
  column.reasons.forEach((reason, entry) => {
    if (reason !== null) column.ranks[entry] = column.ranked;
  });
}

function fold(text) {
  return /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// --- finding ---

// The rows that pass every filter, and for each field how many rows have each value among those that pass the others.
function find(table, state) {
  const hits = searchRows(table, state.text);
  const facets = table.columns.filter((column) => column.choices);
  const tests = facets.filter((column) => state.picked.has(column.name)).map((column) => {
    const picked = state.picked.get(column.name);
    return { column, passes: Uint8Array.from(column.choices, ({ key }) => Number(picked.has(key))) };
  });
  const unknown = [...state.picked.keys()].some((name) => !table.named.get(name)?.choices);
  const counts = new Map(facets.map((column) => [column, new Uint32Array(column.choices.length)]));
  const tallies = facets.map((column) => ({ column, cells: column.cells, choiceOf: column.choiceOf, counts: counts.get(column) }));
  const rows = new Uint32Array(table.count);
  let length = 0;
  for (let row = 0; row < table.count; row += 1) {
    if (hits && !hits[row]) continue;
    let failed = null;
    let failures = 0;
    for (const { column, passes } of tests) {
      if (passes[column.choiceOf[column.cells[row]]]) continue;
      failed = column;
      failures += 1;
      if (failures > 1) break;
    }
    if (failures > 1) continue;
    if (!failures && !unknown) rows[length++] = row;
    for (const { column, cells, choiceOf, counts: tally } of tallies) {
      if (!failures || column === failed) tally[choiceOf[cells[row]]] += 1;
    }
  }
  return { rows: rows.subarray(0, length), counts };
}

// Each word must stand somewhere in the row, as the page shows it. Only different cells are searched, each once.
function searchRows(table, text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  const key = words.join(" ");
  if (table.searched?.key === key) return table.searched.hits;
  const hits = new Uint8Array(table.count).fill(1);
  for (const word of words) {
    const here = new Uint8Array(table.count);
    for (const { cells, has } of table.columns.map((column) => searchColumn(column, word))) {
      if (!has) continue;
      for (let row = 0; row < here.length; row += 1) here[row] |= has[cells[row]];
    }
    for (let row = 0; row < here.length; row += 1) hits[row] &= here[row];
  }
  table.searched = { key, hits };
  return hits;
}

function searchColumn(column, word) {
  if (column.name === "source_line") return { cells: column.cells, has: null };
  column.folded ??= column.texts.map((text, entry) => fold(column.reasons[entry] === null ? text : `${text} ${column.reasons[entry]}`));
  const has = new Uint8Array(column.folded.length);
  let any = false;
  for (let entry = 0; entry < has.length; entry += 1) {
    if (!column.folded[entry].includes(word)) continue;
    has[entry] = 1;
    any = true;
  }
  return { cells: column.cells, has: any ? has : null };
}

// Rank and row make one number, so that a plain sort of numbers keeps rows of equal rank in their order.
function order(table, rows, sort) {
  const column = sort && table.named.get(sort.name);
  if (!column) return rows;
  rank(column);
  const packed = new Float64Array(rows.length);
  for (let n = 0; n < rows.length; n += 1) {
    const at = column.ranks[column.cells[rows[n]]];
    const placed = sort.down && at < column.ranked ? column.ranked - 1 - at : at;
    packed[n] = placed * table.count + rows[n];
  }
  packed.sort();
  return Uint32Array.from(packed, (each) => each % table.count);
}

function pagesOf(rows) {
  return Math.max(1, Math.ceil(rows.length / ROWS_DRAWN));
}

// --- writing ---

// A cell as records.html shows it: its text, or why it has no value; a cell that is nothing but a mark shows the mark.
function writeCell(cell, column, row, marks) {
  const entry = column.cells[row];
  const [text, reason] = [column.texts[entry], column.reasons[entry]];
  const onlyMarks = text !== "" && marks !== null && text.replace(marks, "") === "";
  if (reason === null || onlyMarks) writeText(cell, text, marks);
  else {
    cell.className = "none";
    cell.textContent = reason;
  }
}

// The one place where an author's text becomes HTML: always text, with the marks of what was withheld set apart.
function writeText(parent, text, marks) {
  let end = 0;
  for (const match of marks ? text.matchAll(marks) : []) {
    const mark = make("b", { className: "withheld", role: "img", ariaLabel: "withheld" }, match[0]);
    parent.append(text.slice(end, match.index), mark);
    end = match.index + match[0].length;
  }
  parent.append(text.slice(end));
}

// As withheld.py: the longest mark first; one of a single character stands for a run of it.
function markPattern(marks) {
  if (!marks.length) return null;
  const longest = [...marks].sort((a, b) => b.length - a.length);
  const escaped = longest.map((mark) => mark.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") + ([...mark].length === 1 ? "+" : ""));
  return new RegExp(escaped.join("|"), "gu");
}

function csvLine(texts) {
  const quoted = texts.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
  return `${quoted.length === 1 && quoted[0] === "" ? '""' : quoted.join(",")}\n`;
}

// Where the style makes a card of each row, older Safaris forget that it is a table. (In the HTML, its standard forbids
// to say so.)
function keepRoles(grid) {
  grid.role = "table";
  for (const part of [grid.tHead, ...grid.tBodies]) part.role = "rowgroup";
  for (const row of grid.rows) {
    row.role = "row";
    for (const cell of row.cells) cell.role = { col: "columnheader", row: "rowheader" }[cell.scope] ?? "cell";
  }
}

function drawSorter(button, sort) {
  const direction = sort ? (sort.down ? "descending" : "ascending") : null;
  button.textContent = { ascending: "▲", descending: "▼" }[direction] ?? "↕";
  button.classList.toggle("active", direction !== null);
  button.parentElement.ariaSort = direction;
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang || undefined);
}

function count(value, word) {
  return `${number(value)} ${word}${value === 1 ? "" : "s"}`;
}
