// What Vega expects of a browser or of Node, and the engine that the build runs it in does not have. Nothing waits here.
for (const name of ["setInterval", "setTimeout", "clearInterval", "clearTimeout"]) globalThis[name] = () => 0;
globalThis.console = { debug() {}, error() {}, info() {}, log() {}, warn() {} };
globalThis.structuredClone ??= (value) => JSON.parse(JSON.stringify(value));
