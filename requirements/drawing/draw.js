// Draws charts for the build: Vega's own SVG, with widths of text from a table, so that no font of a machine has a say.
import "./prelude.js";
import { changeset, transforms } from "vega-dataflow";
import * as encode from "vega-encode";
import { parse } from "vega-parser";
import { resetSVGDefIds, SVGStringRenderer, textMetrics } from "vega-scenegraph";
import * as basic from "vega-transforms";
import { View } from "vega-view";
import * as view from "vega-view-transforms";
import widths from "./widths.json";

Object.assign(transforms, basic, encode, view);

const AVERAGE = 0.56 * widths.em;
const MOST_SHAPES = 200;
const MOST_DRAWINGS = 100;

function flat(runs) {
  const known = new Map();
  for (const [first, run] of Object.entries(runs))
    run.forEach((width, n) => width && known.set(Number(first) + n, width));
  return known;
}

const REGULAR = flat(widths.regular);
const BOLD = flat(widths.bold);

// Marks that combine take no room; Chinese, Japanese, Korean and pictures take a whole em.
function guessed(code) {
  if ((code >= 0x300 && code < 0x370) || (code >= 0x200b && code < 0x2010)) return 0;
  return code >= 0x1100 && (code < 0x1200 || code >= 0x2e80) ? widths.em : AVERAGE;
}

function width(item, text) {
  const known = item.fontWeight === "bold" || Number(item.fontWeight) >= 600 ? BOLD : REGULAR;
  let sum = 0;
  for (const letter of String(text ?? "")) {
    const code = letter.codePointAt(0);
    sum += known.get(code) ?? guessed(code);
  }
  return (sum / widths.em) * (Number(item.fontSize) || 11);
}

textMetrics.canvas(false);
textMetrics.width = (item, text) => width(item, text);

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;", "\0": "\ufffd" };
const NOISE = new Set(["aria-hidden", "class", "font-family", "opacity", "pointer-events"]);
const NOTHING = / d="(?:M0,0h0v0h0Z)?"/;
const ODD = /[&<>"\t\n\r\0]|\.\d\d/;
const escaped = (text, odd) => text.replace(odd, (sign) => SIGNS[sign]);
const shortened = (text) => text.replace(/(\.\d)\d+/g, "$1");
const attribute = (text) => (ODD.test(text) ? shortened(escaped(text, /[&<>"\t\n\r\0]/g)) : text);

function attributes(sets) {
  let written = "";
  for (const set of sets)
    for (const name in set)
      if (set[name] != null && !NOISE.has(name))
        written += ` ${name}="${attribute(`${set[name]}`)}"`;
  return written;
}

// Writes elements as Vega's own does, but for attributes that say nothing, digits that nobody sees, and what is empty.
// It looks once for signs to escape, where Vega looks for each of them.
function markup() {
  const around = [];
  let now = { inside: "", parted: false };
  const m = {
    open(tag, ...sets) {
      now.parted = true;
      around.push(now);
      now = { tag, said: attributes(sets), inside: "", parted: false };
      return m;
    },
    text(words) {
      now.inside += escaped(`${words}`, /[&<>\0]/g);
      return m;
    },
    close() {
      const { tag, said, inside, parted } = now;
      now = around.pop();
      if (inside || (parted && (said || tag !== "g"))) now.inside += `<${tag}${said}>${inside}</${tag}>`;
      else if (!parted && !(tag === "path" && NOTHING.test(said))) now.inside += `<${tag}${said}/>`;
      return m;
    },
    toString: () => now.inside,
  };
  return m;
}

// Leaves out what Vega made invisible, which are labels of an axis that would lie over one another.
class Renderer extends SVGStringRenderer {
  _render(scene) {
    const [width, height] = [this._width * this._scale, this._height * this._scale];
    const m = markup().open("svg", { width, height, viewBox: `0 0 ${this._width} ${this._height}` });
    m.open("g", { fill: "none", "stroke-miterlimit": 4, transform: `translate(${this._origin})` });
    this.mark(m, scene).close();
    this.defs(m);
    this._text = `${m.close()}`;
    return this;
  }

  // The first of several says what assistive technology should hear, which is the label of the whole alone.
  attr(mark, item, emitters, tag) {
    return super.attr(mark, item, Array.isArray(emitters) ? emitters.slice(1) : emitters, tag);
  }

  mark(written, mark) {
    const { items } = mark;
    mark.aria = false;
    mark.items = items.filter((item) => item.opacity !== 0);
    super.mark(written, mark);
    mark.items = items;
    return written;
  }
}

const shapes = new Map();

// A shape is parsed once; a Map gives the shapes in the order in which they came. Vega makes functions of the expressions
// in it, which are all ours: words and numbers of an author come as signals and rows.
function known(shape) {
  if (!shapes.has(shape)) {
    if (shapes.size >= MOST_SHAPES) shapes.delete(shapes.keys().next().value);
    const runtime = parse(JSON.parse(shape));
    shapes.set(shape, { runtime, lasting: !JSON.stringify(runtime).includes('"$subflow"'), view: null, drawings: 0 });
  }
  return shapes.get(shape);
}

// A view is used again where it holds one flow of data, whose rows are then replaced; where it holds one for each panel or
// entry of a legend, it would show its past. Since it remembers labels, it serves a bounded time.
function viewOf(of) {
  const used = of.view;
  of.view = null;
  if (used && of.drawings < MOST_DRAWINGS) return used;
  of.drawings = 0;
  return new View(of.runtime);
}

// A line or label of an axis that a drawing shares with the one before keeps its place; here all come in the axis's order.
function inOrder(mark) {
  if (/^axis-(grid|label|tick)$/.test(mark.role)) mark.items.sort((one, other) => one.datum.index - other.datum.index);
  for (const item of mark.items) item.items?.forEach(inOrder);
}

function rendered(view) {
  resetSVGDefIds();
  const { root } = view.scenegraph();
  inOrder(root);
  const renderer = new Renderer();
  const { left, right, top, bottom } = view.padding();
  const [x, y] = view._origin;
  renderer.initialize(null, view._viewWidth + left + right, view._viewHeight + top + bottom, [left + x, top + y], 1);
  const svg = renderer.render(root).svg();
  svg.charCodeAt(0); // makes one text of the thousands that it was put together of, which V8 would copy one by one
  return svg;
}

function drawn(shape, { signals, rows }) {
  const of = known(shape);
  const view = viewOf(of);
  let failed = false;
  view.error = () => (failed = true);
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  view.change("rows", changeset().remove(() => true).insert(rows).clean(true)).resize().run();
  const svg = rendered(view);
  if (of.lasting && !failed) Object.assign(of, { view, drawings: of.drawings + 1 });
  else view.finalize();
  return svg;
}

// Takes charts as JSON and the shape of each, and gives drawings, with a NUL between: none of them holds one. What an
// author wrote is data, and never code.
globalThis.draw = (asked) => {
  const [charts, ...shapes] = asked.split("\0");
  return JSON.parse(charts).map((chart, n) => drawn(shapes[n], chart)).join("\0");
};
