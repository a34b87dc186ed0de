// Finds words in the index that Pagefind made of the site, and shows each hit as a link to its anchor: a record, a question,
// a caveat, a part of a page. Pagefind finds pages and the places of a word in them; the anchors before those places are
// the hits. Of a page of records it knows which words are there, and the hits are the rows that have them, which search.py
// put beside. It takes a word that is nowhere for the longest beginning it knows ("re" for "reprimand"), so each place is
// looked at again here.

const AT_ONCE = 30; // pages of the index that are read for one query, until more are asked for
const ROWS = 5; // records of one table, and parts of one page, that are shown until more are asked for
const PARTS = 3;
const EXCERPT = 30; // words

export default async function search(root) {
  const input = root.querySelector("input");
  const view = { root, status: root.querySelector(".status"), results: root.querySelector(".results") };
  const pagefind = await import(new URL(root.dataset.pagefind, document.baseURI).href);
  await pagefind.init();
  await pagefind.search("a"); // fails here, rather than at the first letter, where WebAssembly cannot run
  const parts = root.dataset.parts?.split(" ") ?? []; // the indexes of a large site's packages, which are read together
  await Promise.all(parts.map((part) => pagefind.mergeIndex(new URL(part, document.baseURI).pathname)));
  root.querySelector(".without").hidden = true;
  root.querySelector("#keys").hidden = false;
  let latest = 0;
  let timer = 0;

  async function run(limit = AT_ONCE) {
    const mine = ++latest;
    const query = input.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    const found = query ? await answer(pagefind, query, limit) : null;
    const meant = found ? await suggestions(root.dataset.words, found) : [];
    if (mine === latest) show(view, query, found, meant, () => run(limit + AT_ONCE));
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(run, 150);
  });
  root.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    run();
  });
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-query]");
    if (!link) return;
    event.preventDefault();
    input.value = link.dataset.query;
    input.focus();
    run();
  });
  root.addEventListener("keydown", (event) => move(event, input, view.results));
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  if (input.value) await run();
  else if (matchMedia("(hover: hover)").matches) input.focus();
}

// --- finding ---------------------------------------------------------------------------------------------------------

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const joined = (text) => plain(text).replace(/[^\p{L}\p{N}]+/gu, "");
const pieces = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

// What has every word of the query; where nothing has, what has a reference's parts; else what has most words.
async function answer(pagefind, query, limit) {
  const asWritten = [...new Set(query.split(/\s+/).map(joined).filter(Boolean))];
  const inParts = [...new Set(pieces(query))];
  const first = await find(pagefind, asWritten, limit);
  if (first.complete || inParts.length === asWritten.length) return first;
  const second = await find(pagefind, inParts, limit);
  return second.complete ? second : first;
}

async function find(pagefind, terms, limit) {
  const candidates = new Map();
  for (const [number, term] of terms.entries()) {
    for (const result of (await pagefind.search(term)).results) {
      const page = candidates.get(result.id) ?? { result, terms: 0, score: 0, places: terms.map(() => []) };
      page.places[number] = result.words;
      page.terms += 1;
      page.score += result.score;
      candidates.set(result.id, page);
    }
  }
  const ranked = [...candidates.values()].sort((a, b) => b.terms - a.terms || b.score - a.score);
  const read = await Promise.all(ranked.slice(0, limit).map((page) => look(page, terms)));
  const begun = terms.map((_, number) => read.some((page) => page.begun[number]));
  const most = Math.max(0, ...read.flatMap((page) => page.hits.map((hit) => hit.terms)));
  for (const page of read) page.hits = page.hits.filter((hit) => hit.terms === most);
  const pages = read.filter((page) => page.hits.length);
  const unread = ranked.slice(limit).filter((page) => page.terms >= most).length;
  return { terms, begun, pages, complete: most === terms.length && most > 0, unread };
}

// Read a page of the index, and gather the places of the terms by the anchor before them.
async function look({ result, places }, terms) {
  const data = await result.data();
  const known = data.content.split(/\s+/);
  const isTable = ["records", "counts"].includes(data.meta.kind);
  const table = isTable ? tableOf(data) : null;
  const words = table?.words ?? known;
  const anchors = table?.rows ?? partsOf(data);
  const named = pieces(`${data.meta.title} ${data.meta.of ?? ""}`);
  const page = { url: data.url, meta: data.meta, words, isTable, hits: [], begun: terms.map(() => false) };
  const byAnchor = new Map();
  const onPage = new Set();
  for (const [number, term] of terms.entries()) {
    if (named.some((word) => word.startsWith(term))) onPage.add(number);
    const found = table ? places[number].flatMap((place) => table.placesOf(known[place])) : places[number];
    for (const place of new Set(found)) {
      const match = compare(term, words[place] ?? "");
      if (!match) continue;
      page.begun[number] ||= match > 1;
      let at = anchors.findLastIndex((anchor) => anchor.location <= place);
      const hit = byAnchor.get(at) ?? { at, places: [], found: new Set(), whole: 0 };
      hit.places.push(place);
      hit.found.add(number);
      hit.whole += match > 2;
      byAnchor.set(at, hit);
      if (!isTable) onPage.add(number);
    }
  }
  for (const hit of byAnchor.values()) {
    hit.anchor = anchors[hit.at];
    hit.start = hit.anchor?.location ?? 0;
    hit.end = hit.anchor?.end ?? anchors[hit.at + 1]?.location ?? words.length;
    hit.terms = new Set([...hit.found, ...onPage]).size;
    hit.places.sort((a, b) => a - b);
  }
  // A part of a page may have some of the words only; then the parts that have most of them stand for the page.
  page.hits = [...byAnchor.values()].filter((hit) => !isTable || hit.anchor);
  const most = Math.max(0, ...page.hits.map((hit) => hit.found.size));
  if (!isTable) page.hits = page.hits.filter((hit) => hit.found.size === most);
  page.hits.sort((a, b) => b.found.size - a.found.size || b.whole - a.whole || a.start - b.start);
  return page;
}

function partsOf({ anchors }) {
  return anchors.filter(({ id }) => /^(?!figure-|term-|main)/.test(id)).sort((a, b) => a.location - b.location);
}

const tables = new WeakMap();

// The words of all rows of a page of records, where each row begins and ends, and at which places a word stands that
// Pagefind knows there: it knows letters and figures alone, "2023-04-01" as "20230401", "2023", "04" and "01".
function tableOf(data) {
  if (!tables.has(data)) tables.set(data, readTable(data.rows ?? { first: 1, texts: [] }));
  return tables.get(data);
}

function readTable({ first, texts }) {
  const words = [];
  const rows = texts.map((text, n) => {
    const location = words.length;
    words.push(...text.split(/\s+/).filter(Boolean));
    return { id: `r${first + n}`, location, end: words.length };
  });
  const places = new Map();
  words.forEach((word, place) => put(places, word, place));
  const written = new Map();
  for (const word of places.keys()) new Set([joined(word), ...pieces(word)]).forEach((form) => put(written, form, word));
  const placesOf = (known) => (written.get(joined(known ?? "")) ?? []).flatMap((word) => places.get(word));
  return { words, rows, placesOf };
}

function put(lists, key, value) {
  if (lists.has(key)) lists.get(key).push(value);
  else lists.set(key, [value]);
}

// 3: the word itself; 2: it begins so; 1: another form of it; 0: only taken for it by Pagefind.
function compare(term, text) {
  const words = [joined(text), ...pieces(text)];
  if (words.includes(term)) return 3;
  if (words.some((word) => word.startsWith(term))) return 2;
  return words.some((word) => isForm(term, word)) ? 1 : 0;
}

function isForm(term, word) {
  let shared = 0;
  while (shared < term.length && term[shared] === word[shared]) shared++;
  return shared >= 4 && shared >= term.length / 2 && term.length - shared <= 4 && word.length - shared <= 4;
}

// --- suggesting ------------------------------------------------------------------------------------------------------

let list = null;

// For words that nothing begins with: the query with the nearest words of the site instead. A word that nothing is near
// to is left out of what is suggested.
async function suggestions(url, { terms, begun }) {
  if (terms.every((term, number) => begun[number] || !isWord(term))) return [];
  list ??= fetch(new URL(url, document.baseURI)).then((response) => response.json());
  const words = await list;
  const wrong = (term, number) => !begun[number] && isWord(term) && !words.some((word) => plain(word).startsWith(term));
  const choices = terms.map((term, number) => (wrong(term, number) ? near(term, words) : [term]));
  if (terms.every((term, number) => !wrong(term, number) || !choices[number].length)) return [];
  return terms.length === 1 ? choices[0].slice(0, 3) : [choices.flatMap((words) => words.slice(0, 1)).join(" ")];
}

const isWord = (term) => /^\p{L}{3,}$/u.test(term);

function near(term, words) {
  const furthest = term.length < 6 ? 1 : term.length < 9 ? 2 : 3;
  return words
    .map((word, rank) => ({ word, rank, distance: nearness(term, plain(word)) }))
    .filter(({ word, distance }) => distance <= (plain(word)[0] === term[0] ? furthest : 1))
    .sort((a, b) => a.distance - b.distance || a.rank - b.rank)
    .map(({ word }) => word);
}

// As somebody types, a term is near to a word if it is near to its beginning.
function nearness(term, word) {
  if (word.length < term.length - 3) return Infinity;
  return Math.min(distance(term, word), distance(term, word.slice(0, term.length)) + 0.5);
}

// Letters to put in, leave out, change or swap with their neighbour.
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]);
      rows[i][j] = Math.min(changed, rows[i - 1][j] + 1, rows[i][j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.length][b.length];
}

// --- showing ---------------------------------------------------------------------------------------------------------

function show({ root, status, results }, query, found, meant, more) {
  results.replaceChildren();
  status.replaceChildren();
  if (!found) return;
  const { pages } = found;
  const responses = pages.filter((page) => page.meta.kind === "response");
  const content = pages.filter((page) => page.meta.kind === "content");
  const codes = pages.filter((page) => page.meta.kind === "glossary");
  const rows = (kind) => pages.filter((page) => page.meta.kind === kind).map(({ hits }) => hits.length).reduce((a, b) => a + b, 0);
  const counts = { response: responses.length, record: rows("records"), count: rows("counts"), code: codes.length, page: content.length };
  const said = Object.entries(counts)
    .filter(([, count]) => count)
    .map(([word, count]) => `${count} ${word}${count === 1 ? "" : "s"}`);
  if (!pages.length) status.append(`Nothing here has “${query}”. `);
  else if (found.complete) status.append(`Found ${found.unread ? "so far " : ""}in ${said.join(", ")}. `);
  else status.append(`Nothing has all of these words. Found with most of them: ${said.join(", ")}. `);
  if (meant.length) status.append(...offer(meant));
  if (!pages.length) results.append(wayOn(root.dataset.all));
  if (responses.length) results.append(group("Responses", responses.map(showPage)));
  if (codes.length) results.append(group("Glossary", codes.map(showPage)));
  for (const [kind, title] of [["records", "Records"], ["counts", "Counts"]]) {
    const tables = pages.filter((page) => page.meta.kind === kind);
    if (tables.length) results.append(group(title, tables.flatMap(showRows)));
  }
  if (content.length) results.append(group("Pages", content.map(showPage)));
  if (found.unread) results.append(button(`Look at ${found.unread} more pages`, more));
}

function offer(meant) {
  const links = meant.map((query) => {
    const link = element("a", { href: `?q=${encodeURIComponent(query)}` }, query);
    link.dataset.query = query;
    return link;
  });
  return ["Did you mean ", ...links.flatMap((link, n) => (n ? [" or ", link] : [link])), "?"];
}

function wayOn(all) {
  return element("p", {}, "Try another word or only its beginning, or see ", element("a", { href: all }, "all responses"), ".");
}

function group(title, items) {
  const id = `found-${title.toLowerCase()}`;
  return element(
    "section",
    { "aria-labelledby": id },
    element("h2", { id }, title),
    element("ul", { class: "plain" }, ...items),
  );
}

function showPage(page) {
  const top = page.hits.find((hit) => !hit.anchor);
  const parts = page.hits.filter((hit) => hit.anchor).slice(0, PARTS);
  const item = element("li", {}, element("a", { href: page.url }, page.meta.title));
  if (top) item.append(element("p", {}, ...excerpt(page, top, 0)));
  if (parts.length) item.append(element("ul", { class: "plain parts" }, ...parts.map((hit) => showPart(page, hit))));
  return item;
}

function showPart(page, hit) {
  const [name, length] = heading(page, hit);
  const link = element("a", { href: `${page.url}#${hit.anchor.id}` }, name);
  return element("li", {}, link, element("p", {}, ...excerpt(page, hit, length)));
}

// A part's name, and how many of its words that name takes up.
function heading(page, { anchor, start, end }) {
  const [kind, number] = anchor.id.split("-");
  if (anchor.element === "li" || anchor.element === "tr") return [kind === "question" ? `Question ${number}` : `A ${kind}`, 0];
  if (anchor.text) return [anchor.text, anchor.text.split(/\s+/).length];
  const words = page.words.slice(start, Math.min(end, start + 14));
  const length = words.findIndex((word) => /[.?!]$/.test(word)) + 1 || words.length;
  return [words.slice(0, length).join(" ").replace(/\.$/, ""), length];
}

function showRows(page) {
  const items = page.hits.map((hit) => showRow(page, hit));
  const rest = items.splice(ROWS);
  if (rest.length) {
    const last = element("li");
    last.append(
      button(`${rest.length} more of “${page.meta.title}”`, () => {
        last.replaceWith(...rest);
        rest[0].querySelector("a").focus();
      }),
    );
    items.push(last);
  }
  return items;
}

function showRow(page, hit) {
  const name = `${page.meta.title} ${hit.anchor.id.slice(1)}`;
  const of = element("span", { class: "of" }, ` · ${page.meta.of}`);
  const link = element("a", { href: `${page.url}#${hit.anchor.id}` }, name, of);
  return element("li", {}, link, element("p", {}, ...excerpt(page, hit, 0)));
}

// Some words around the first place, each place marked.
function excerpt({ words }, { places, start, end }, heading) {
  const first = places.find((place) => place >= start + heading) ?? places[0];
  const from = Math.max(first < start + heading ? start : start + heading, Math.min(first - 8, end - EXCERPT));
  const to = Math.min(end, from + EXCERPT);
  const marked = new Set(places);
  const text = [from > start + heading ? "…" : ""];
  for (let place = from; place < to; place++) {
    text.push(" ", marked.has(place) ? element("mark", {}, words[place]) : words[place]);
  }
  if (to < end) text.push(" …");
  return text;
}

function button(text, act) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// --- the keyboard ----------------------------------------------------------------------------------------------------

// Down and up go from the field through the results and back; home and end to the first and last; escape to the field.
function move(event, input, results) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stops = [...results.querySelectorAll("a, button")];
  const at = stops.indexOf(document.activeElement);
  const inField = document.activeElement === input;
  if (!inField && at < 0) return;
  const next = { ArrowDown: stops[at + 1], ArrowUp: at > 0 ? stops[at - 1] : input };
  const ends = { Home: stops[0], End: stops.at(-1), Escape: input };
  const target = inField ? { ArrowDown: stops[0] }[event.key] : { ...next, ...ends }[event.key];
  if (!target) return;
  event.preventDefault();
  target.focus();
}
