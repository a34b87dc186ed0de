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

// Leaves out what Vega made invisible, which are labels of an axis that would lie over one another.
class Renderer extends SVGStringRenderer {
  mark(written, mark) {
    const { items } = mark;
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

// A view is emptied and used again where it holds one flow of data; where it holds one for each panel or entry of a
// legend, it would show its past. Since it remembers labels, it serves a bounded time.
function empty(of) {
  const used = of.view;
  of.view = null;
  if (used && of.drawings < MOST_DRAWINGS) return used.change("rows", changeset().remove(() => true).clean(true)).run();
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
  return renderer.render(root).svg();
}

function drawn({ shape, signals, rows }) {
  const of = known(shape);
  const view = empty(of);
  let failed = false;
  view.error = () => (failed = true);
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  view.data("rows", rows).resize().run();
  const svg = rendered(view);
  if (of.lasting && !failed) Object.assign(of, { view, drawings: of.drawings + 1 });
  else view.finalize();
  return svg;
}

// Takes and gives JSON: what an author wrote is data here, and never code.
globalThis.draw = (asked) => JSON.stringify(JSON.parse(asked).map(drawn));
