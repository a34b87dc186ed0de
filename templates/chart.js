// Draws a figure's chart with Vega, so that pointer and keyboard can ask it, and adds ways to take the figure along.
//
// The figure's table is the truth: each mark knows the number of its row, and what is said of a mark is read from that
// row. The drawing that came with the page stays: it is what is printed and saved, and what is seen if this fails.

const ROOMY = matchMedia("(min-width: 46rem)");

export default async function enhance(figure) {
  const address = new URL(figure.dataset.chart, document.baseURI);
  const [vega, about] = await Promise.all([import(new URL(figure.dataset.vega, document.baseURI).href), read(address)]);
  const rows = tableRows(figure);
  const drawing = make("div", { role: "img", "aria-label": figure.querySelector("svg.chart").getAttribute("aria-label") });
  const plot = make("div", {
    class: "plot",
    role: "group",
    tabindex: "0",
    "aria-label": "Chart: the arrow keys go from one value to the next, Enter to the records behind it",
  }, drawing);
  const font = getComputedStyle(figure.querySelector("svg.chart")).fontFamily;
  let highlight = () => {};

  async function draw() {
    drawing.replaceChildren(await render(vega, about[ROOMY.matches ? "wide" : "narrow"], font));
    highlight();
  }

  await draw();
  const colours = about.wide.scales?.find((scale) => scale.name === "color");
  const series = colours ? legend(colours, plot) : null;
  highlight = series?.highlight ?? highlight;
  const pointing = point(plot, rows);
  figure.querySelector("svg.chart").before(...(series ? [series.list] : []), plot);
  figure.classList.add("live");
  ROOMY.addEventListener("change", () => { pointing.leave(); draw(); });
  const actions = figure.querySelector(".actions"); // an embedded figure has none
  if (actions) addTools(actions, figure, about, new URL("./", address).href);
}

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} gave ${response.status}`);
  return response.json();
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// --- the drawing ------------------------------------------------------------------------------------------------------

// The interpreter, `ast`, is what makes Vega work where the page's policy forbids eval. What Vega puts around its drawing,
// a form and roles, is left out.
async function render(vega, specification, font) {
  const spec = structuredClone(specification);
  for (const style of Object.values(spec.config.style)) if (style.font) style.font = font;
  const around = document.createElement("div");
  const view = new vega.View(vega.parse(spec, {}, { ast: true }), { expr: vega.expressionInterpreter, renderer: "svg" });
  await view.initialize(around).runAsync();
  const svg = around.querySelector("svg");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of svg.querySelectorAll("path, text")) {
    const { datum, mark } = shape.__data__ ?? {};
    if (datum?.row === undefined) continue;
    if (datum.colour !== undefined) shape.dataset.series = datum.colour;
    if (mark.marktype !== "line") shape.dataset.row = datum.row;
  }
  view.finalize();
  return svg;
}

// --- the legend -------------------------------------------------------------------------------------------------------

function legend({ domain, range }, plot) {
  const list = make("ul", { class: "legend", "aria-label": "Highlight in the chart" });
  let pressed = null;
  const highlight = (name = pressed) => {
    for (const shape of plot.querySelectorAll("[data-series]")) {
      shape.classList.toggle("dim", name !== null && shape.dataset.series !== name);
    }
  };
  domain.forEach((name, n) => {
    const square = makeSvg("rect", { width: 14, height: 14, fill: range[n] });
    const swatch = makeSvg("svg", { width: 14, height: 14, "aria-hidden": "true" }, square);
    const button = make("button", { type: "button", "aria-pressed": "false" }, swatch, name);
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => highlight(name));
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => highlight());
    button.addEventListener("click", () => {
      pressed = pressed === name ? null : name;
      for (const each of list.querySelectorAll("button")) each.setAttribute("aria-pressed", each === button && pressed !== null);
      highlight();
    });
    list.append(make("li", {}, button));
  });
  return { list, highlight };
}

// --- pointing at a mark -----------------------------------------------------------------------------------------------

function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

// What the table says of each row, and the link to the records behind it.
function tableRows(figure) {
  const heads = [...figure.querySelectorAll("thead th")].map(words);
  return [...figure.querySelectorAll("tbody tr")].map((row) => ({
    cells: [...row.cells].map((cell, n) => [heads[n], words(cell)]),
    link: row.querySelector('a[href*="#row-"]'),
  }));
}

function point(plot, rows) {
  const tip = make("dl", { class: "tip", hidden: "" });
  const said = make("p", { class: "unseen", role: "status" });
  plot.append(tip, said);
  plot.classList.toggle("leads", rows.some((row) => row.link));
  let current = null;
  let pointed = false; // whether a pointer shows it: what the keys show, a resting pointer does not take away
  let touched = false;

  function leave() {
    for (const shape of plot.querySelectorAll(".current")) shape.classList.remove("current");
    tip.hidden = true;
    current = null;
  }

  function show(number) {
    if (number === current) return;
    leave();
    const shapes = [...plot.querySelectorAll(`[data-row="${number}"]`)];
    if (!shapes.length) return;
    current = number;
    shapes[0].classList.add("current");
    tip.replaceChildren(...rows[number - 1].cells.flatMap(([head, text]) => [make("dt", {}, head), make("dd", {}, text)]));
    tip.hidden = false;
    place(tip, shapes[0].getBoundingClientRect(), plot.getBoundingClientRect());
  }

  function go({ ctrlKey, metaKey, shiftKey }) {
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey });
    rows[current - 1]?.link?.dispatchEvent(event);
  }

  plot.addEventListener("pointermove", ({ target, pointerType }) => {
    if (pointerType === "touch" || tip.contains(target)) return;
    const number = Number(target.dataset.row);
    if (number) show(number);
    else if (pointed) leave();
    pointed = Boolean(number);
  });
  plot.addEventListener("pointerleave", () => pointed && leave());
  plot.addEventListener("pointerdown", ({ pointerType }) => { touched = pointerType === "touch"; });
  plot.addEventListener("click", (event) => {
    const number = Number(event.target.dataset.row);
    if (!number) return tip.contains(event.target) || leave();
    const first = touched && number !== current; // a finger cannot hover: its first touch tells, the second goes
    show(number);
    if (!first) go(event);
  });
  plot.addEventListener("blur", leave);
  plot.addEventListener("keydown", (event) => {
    const numbers = [...new Set([...plot.querySelectorAll("[data-row]")].map((shape) => Number(shape.dataset.row)))];
    numbers.sort((a, b) => a - b);
    const at = numbers.indexOf(current);
    const moves = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in moves && !event.ctrlKey && !event.metaKey && !event.altKey) {
      show(numbers.at(moves[event.key] % numbers.length));
      pointed = false;
      said.textContent = rows[current - 1].cells.map((cell) => cell.join(": ")).join(", ");
    } else if (event.key === "Enter" && current !== null) go(event);
    else if (event.key === "Escape" && current !== null) leave();
    else return;
    event.preventDefault();
  });
  return { leave };
}

function place(tip, mark, frame) {
  const left = mark.left + mark.width / 2 - tip.offsetWidth / 2 - frame.left;
  const above = mark.top - tip.offsetHeight - 8;
  tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
  tip.style.top = `${(above < 0 ? mark.bottom + 8 : above) - frame.top}px`;
}

// --- taking the figure along ------------------------------------------------------------------------------------------

function addTools(actions, figure, about, page) {
  const status = make("p", { class: "note", role: "status" });
  const text = make("textarea", { readonly: "", rows: 4, spellcheck: "false", "aria-label": "Text to copy" });
  const box = make("div", { class: "take", hidden: "" }, text);
  const name = new URL(page).pathname.split("/").at(-2);

  async function copy(written, done) {
    try {
      await navigator.clipboard.writeText(written);
      status.textContent = done;
    } catch {
      text.value = written;
      box.hidden = false;
      text.select();
      status.textContent = "This browser does not let the page copy. The text is selected: copy it yourself.";
    }
  }

  const button = (label, act) => {
    const made = make("button", { type: "button" }, label, make("span", { class: "unseen" }, ` of “${about.title}”`));
    made.addEventListener("click", async () => {
      status.textContent = "";
      try {
        await act(made);
      } catch (error) {
        console.warn(error);
        status.textContent = "That did not work in this browser.";
      }
    });
    return made;
  };
  const embed = (pressed) => {
    box.hidden = !box.hidden;
    pressed.setAttribute("aria-expanded", !box.hidden);
    if (box.hidden) return undefined;
    const height = Math.ceil(figure.querySelector(".plot").offsetHeight + 340);
    text.value = frame(about.title, new URL("embed/", page).href, height);
    text.select();
    return copy(text.value, "The code for your page is copied, and shown here.");
  };
  actions.append(
    button("Save as SVG", () => {
      save(new Blob([svgText(picture(figure, about, page))], { type: "image/svg+xml" }), `${name}.svg`);
      status.textContent = "Saved as SVG, with its source and caveats.";
    }),
    button("Save as PNG", async () => {
      save(await png(picture(figure, about, page)), `${name}.png`);
      status.textContent = "Saved as PNG, with its source and caveats.";
    }),
    button("Copy with source and caveats", () => copy(asText(figure, about, page), "Copied: the table, its source and its caveats.")),
    button("Embed", embed),
  );
  actions.lastElementChild.setAttribute("aria-expanded", "false");
  actions.after(box, status);
}

function frame(title, address, height) {
  const written = make("iframe", { src: address, title, width: "100%", height, loading: "lazy" });
  return written.outerHTML;
}

function asText(figure, { title, description, notes, sources, caveats }, page) {
  const cell = (each) => (each.classList.contains("n") ? words(each).replaceAll(",", "") : words(each));
  const table = [...figure.querySelectorAll("table tr")].map((row) => [...row.cells].map(cell).join("\t")).join("\n");
  const parts = [
    [title, description].filter(Boolean).join("\n"),
    table,
    notes.map((note) => `Note: ${note}`).join("\n"),
    caveats.map((caveat) => `The authority says: “${caveat}”`).join("\n"),
    [...sources.map((source) => `Source: ${source}`), page].join("\n"),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// A picture that stands alone: the drawing as the page has it, with title, notes, caveats and source around it.
function picture(figure, { title, description, notes, sources, caveats }, page) {
  const chart = figure.querySelector("svg.chart.wide").cloneNode(true);
  const size = { width: Number(chart.getAttribute("width")), height: Number(chart.getAttribute("height")) };
  const margin = 24;
  const width = Math.max(size.width, 640) + 2 * margin;
  const font = getComputedStyle(figure.querySelector("svg.chart")).fontFamily;
  const root = makeSvg("svg", { role: "img", "aria-label": chart.getAttribute("aria-label"), "font-family": font });
  let y = margin;

  const write = (text, { size: height = 13, weight = "normal", fill = "var(--soft)", gap = 8 } = {}) => {
    if (!text) return;
    for (const line of wrapped(text, `${weight} ${height}px ${font}`, width - 2 * margin)) {
      y += height * 1.3;
      root.append(makeSvg("text", { x: margin, y: y.toFixed(1), "font-size": height, "font-weight": weight, fill }, line));
    }
    y += gap;
  };

  write(title, { size: 20, weight: "bold", fill: "var(--ink)" });
  write(description, { size: 14, fill: "var(--ink)" });
  for (const name of ["class", "role", "aria-label"]) chart.removeAttribute(name);
  for (const [name, value] of Object.entries({ x: margin, y: y.toFixed(1), overflow: "visible" })) chart.setAttribute(name, value);
  root.append(chart);
  y += size.height + 8;
  notes.forEach((note) => write(note));
  if (caveats.length) write("What the authority says of its figures:", { weight: "bold", gap: 2 });
  caveats.forEach((caveat) => write(`“${caveat}”`, { gap: 4 }));
  sources.forEach((source) => write(`Source: ${source}`, { fill: "var(--ink)", gap: 2 }));
  write(page, { gap: 0 });
  const height = Math.ceil(y + margin);
  root.prepend(patterns(chart), makeSvg("rect", { width, height, fill: "var(--paper)" }));
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) root.setAttribute(name, value);
  return resolved(root);
}

function wrapped(text, font, most) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && context.measureText(longer).width > most) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function patterns(chart) {
  const used = new Set([...chart.querySelectorAll('[fill^="url("]')].map((shape) => shape.getAttribute("fill").slice(5, -1)));
  return makeSvg("defs", {}, ...[...used].map((id) => document.getElementById(id).cloneNode(true)));
}

// Colours that the page's style names are given as they are on this screen.
function resolved(root) {
  const style = getComputedStyle(document.documentElement);
  for (const element of [root, ...root.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      if (value.startsWith("var(")) element.setAttribute(name, style.getPropertyValue(value.slice(4, -1)).trim());
    }
  }
  return root;
}

function svgText(svg) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}

async function png(svg) {
  const address = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = make("canvas", { width: 2 * svg.getAttribute("width"), height: 2 * svg.getAttribute("height") });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => {
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("The picture is too large."))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
