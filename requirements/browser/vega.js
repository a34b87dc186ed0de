// What our charts use of Vega, and nothing of maps, networks and hierarchies. Charts are compiled from Vega-Lite at build
// time; the interpreter runs their expressions where a page's policy forbids eval.
import { transforms } from "vega-dataflow";
import * as encode from "vega-encode";
import { expressionInterpreter } from "vega-interpreter";
import { parse } from "vega-parser";
import * as basic from "vega-transforms";
import { View } from "vega-view";
import * as view from "vega-view-transforms";

Object.assign(transforms, basic, encode, view);

export { expressionInterpreter, parse, View };
