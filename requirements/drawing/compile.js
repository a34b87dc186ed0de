// Compiles Vega-Lite to Vega for the build.
import "./prelude.js";
import { compile } from "vega-lite";

globalThis.compile = (spec) => JSON.stringify(compile(JSON.parse(spec)).spec);
