// Draws charts for the build: Vega's own SVG, with widths of text from a table, so that no font of a machine has a say.
import "./prelude.js";
import { transforms } from "vega-dataflow";
import * as encode from "vega-encode";
import { expressionInterpreter } from "vega-interpreter";
import { parse } from "vega-parser";
import { resetSVGDefIds, SVGStringRenderer, textMetrics } from "vega-scenegraph";
import * as basic from "vega-transforms";
import { View } from "vega-view";
import * as view from "vega-view-transforms";
import widths from "./widths.json";

Object.assign(transforms, basic, encode, view);

const AVERAGE = 0.56 * widths.em;
const MOST_SHAPES = 200;

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

const shapes = new Map();

// A shape is parsed once; a Map gives the shapes in the order in which they came.
function runtime(shape) {
  if (!shapes.has(shape)) {
    if (shapes.size >= MOST_SHAPES) shapes.delete(shapes.keys().next().value);
    shapes.set(shape, parse(JSON.parse(shape), {}, { ast: true }));
  }
  return shapes.get(shape);
}

function drawn({ shape, signals, rows }) {
  resetSVGDefIds();
  const view = new View(runtime(shape), { expr: expressionInterpreter });
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  view.data("rows", rows).run();
  const renderer = new SVGStringRenderer();
  const { left, right, top, bottom } = view.padding();
  const [x, y] = view._origin;
  renderer.initialize(null, view._viewWidth + left + right, view._viewHeight + top + bottom, [left + x, top + y], 1);
  renderer.render(view.scenegraph().root);
  view.finalize();
  return renderer.svg();
}

// Takes and gives JSON: what an author wrote is data here, and never code.
globalThis.draw = (asked) => JSON.stringify(JSON.parse(asked).map(drawn));
