// Lets a reader filter and sort the catalogue's cards. The controls are made from what each card says of itself (its
// data-about), and what is chosen stands in the address, so that it can be shared and the back button undoes it.

const FACETS = [
  { name: "authority", title: "Authority" },
  { name: "topic", title: "Topic" },
  { name: "outcome", title: "Outcome of the request" },
  { name: "format", title: "Format" },
];
const SORTS = [
  { name: "", title: "As listed", compare: (a, b) => a.number - b.number },
  { name: "title", title: "Title", compare: (a, b) => compareTexts(a.title, b.title) },
  { name: "authority", title: "Authority", compare: (a, b) => compareTexts(a.authority[0], b.authority[0]) },
  { name: "newest", title: "Newest period first", compare: (a, b) => (b.end ?? 0) - (a.end ?? 0) || (b.start ?? 0) - (a.start ?? 0) },
  { name: "largest", title: "Largest table first", compare: (a, b) => b.rows - a.rows },
];

export default function sift(list) {
  const place = list.previousElementSibling;
  const cards = [...list.children].map(readCard);
  const facets = FACETS.map((facet) => ({ ...facet, choices: choicesOf(cards, facet.name) })).filter(divides);
  const years = yearsOf(cards);
  const search = make("input", { type: "search", autocomplete: "off" });
  const selects = new Map(facets.map(({ name, choices }) => [name, select("Any", choices.map(({ label, value }) => [value, label]))]));
  for (const name of years.length ? ["from", "to"] : []) selects.set(name, select("Any year", years.map((year) => [year, year])));
  selects.set("sort", select(SORTS[0].title, SORTS.slice(1).map(({ name, title }) => [name, title])));
  const titles = new Map([...facets.map(({ name, title }) => [name, title]), ["from", "Covers from"], ["to", "Covers up to"], ["sort", "Sort by"]]);
  const status = make("p", { className: "status", role: "status" });
  const clear = make("button", { type: "button", hidden: true }, "Clear all");
  const nothing = make("p", { className: "nothing", hidden: true },
    "Nothing here matches all of this. Take a filter away, or ",
    make("button", { type: "button" }, "show everything"), ".");
  let sorted = "";
  let typed = false; // whether the last change was a letter
  let later = 0;

  const form = make("form", { role: "search", ariaLabel: "The catalogue" },
    make("div", { className: "wide" }, ...labelled("Search titles, topics and descriptions", "q", search)),
    ...Array.from(selects, ([name, element]) => make("div", {}, ...labelled(titles.get(name), name, element))),
    make("div", { className: "result" }, status, clear));
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", () => {
    remember(true);
    show();
  });
  form.addEventListener("change", (event) => {
    if (event.target === search) return;
    remember(false);
    show();
  });
  for (const button of [clear, nothing.querySelector("button")]) button.addEventListener("click", () => {
    fill(new URLSearchParams());
    remember(false);
    show();
    search.focus(); // the button goes away, and the focus must not go with it
  });
  addEventListener("popstate", restore);
  place.append(form);
  list.after(nothing);
  restore();

  // --- the state stands in the controls, and from there in the address ---

  function restore() {
    clearTimeout(later);
    typed = false;
    fill(new URLSearchParams(location.search));
    show();
  }

  function fill(query) {
    search.value = query.get("q") ?? "";
    for (const [name, element] of selects) {
      const value = query.get(name) ?? "";
      element.value = [...element.options].some((option) => option.value === value) ? value : "";
    }
  }

  function written() {
    const query = new URLSearchParams();
    if (search.value.trim()) query.set("q", search.value);
    for (const [name, element] of selects) if (element.value) query.set(name, element.value);
    return query.toString();
  }

  // A word typed is one step back, not one for each letter; and browsers refuse too many changes of the address.
  function remember(typing) {
    const address = () => location.pathname + (written() && `?${written()}`);
    clearTimeout(later);
    if (typing && typed) later = setTimeout(() => history.replaceState(null, "", address()), 250);
    else history.pushState(null, "", address());
    typed = typing;
  }

  // --- what passes ---

  function show() {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const [from, to] = ["from", "to"].map((name) => Number(selects.get(name)?.value ?? 0));
    const picked = facets.filter(({ name }) => selects.get(name).value);
    const counts = new Map(facets.map(({ name }) => [name, new Map()]));
    let shown = 0;
    for (const card of cards) {
      const failed = picked.filter(({ name }) => !card[name].includes(selects.get(name).value));
      const rest = words.every((word) => textOf(card).includes(word)) && covers(card, from, to);
      const passes = rest && failed.length === 0;
      card.element.hidden = !passes;
      shown += passes;
      for (const { name } of rest ? facets : []) {
        if (failed.length > 1 || (failed.length === 1 && failed[0].name !== name)) continue;
        const counted = counts.get(name);
        for (const value of card[name]) counted.set(value, (counted.get(value) ?? 0) + 1);
      }
    }
    for (const { name, choices } of facets) {
      const options = selects.get(name).options;
      choices.forEach(({ label, value }, n) => {
        options[n + 1].textContent = `${label} (${number(counts.get(name).get(value) ?? 0)})`;
      });
    }
    const { name, compare } = SORTS.find((sort) => sort.name === selects.get("sort").value);
    if (name !== sorted) {
      list.append(...cards.toSorted((a, b) => compare(a, b) || a.number - b.number).map(({ element }) => element));
      sorted = name;
    }
    status.textContent = `${number(shown)} of ${number(cards.length)} shown`;
    clear.hidden = written() === "";
    nothing.hidden = shown > 0;
  }
}

function readCard(element, number) {
  const { authority, topics, outcome, formats, start, end, rows } = JSON.parse(element.dataset.about);
  return {
    element,
    number,
    title: element.querySelector("h3").textContent,
    authority: authority ? [authority] : [],
    topic: topics,
    outcome: outcome ? [outcome] : [],
    format: formats,
    start: start ?? end,
    end: end ?? start,
    rows,
    text: null,
  };
}

function textOf(card) {
  card.text ??= fold([card.element.textContent, ...card.topic].join(" "));
  return card.text;
}

// A card whose period is not known covers no year that one could ask for.
function covers({ start, end }, from, to) {
  if (!from && !to) return true;
  return start !== null && (!from || end >= from) && (!to || start <= to);
}

function choicesOf(cards, name) {
  const values = [...new Set(cards.flatMap((card) => card[name]))];
  const words = (value) => cards.find((card) => card.outcome[0] === value)?.element.querySelector(".outcome").textContent.trim();
  const choices = values.map((value) => ({ value, label: name === "outcome" ? words(value) : value, all: cards.every((card) => card[name].includes(value)) }));
  return choices.sort((a, b) => compareTexts(a.label, b.label));
}

// A choice that every card is of parts nothing.
function divides({ choices }) {
  return choices.some(({ all }) => !all);
}

function yearsOf(cards) {
  const known = cards.filter(({ start }) => start !== null);
  const first = Math.min(...known.map(({ start }) => start));
  const last = Math.max(...known.map(({ end }) => end));
  return known.length ? Array.from({ length: last - first + 1 }, (_, n) => String(first + n)) : [];
}

function labelled(title, name, control) {
  control.id = `finder-${name}`;
  return [make("label", { htmlFor: control.id }, title), control];
}

function select(any, options) {
  return make("select", {}, ...[["", any], ...options].map(([value, label]) => make("option", { value }, label)));
}

// Texts that are missing come last.
function compareTexts(a, b) {
  if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
  return a.localeCompare(b, document.documentElement.lang || undefined);
}

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang || undefined);
}
