// Reads every package, asks DuckDB for its tables, and draws two of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const folder = process.env.PACKAGES;
const columns = "{'date': 'DATE', 'platform': 'VARCHAR', 'rank': 'VARCHAR', 'summary': 'VARCHAR', 'outcome': 'VARCHAR', 'source_line': 'INTEGER'}";
const expressions = { platform: "platform", outcome: "outcome", month: "strftime(date, '%Y-%m')" };
const draw = process.env.CHARTS === "vega" ? await withVega() : byHand;

async function withVega() {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  return (name, rows) => {
    const { spec } = vegaLite.compile({
      width: 320,
      data: { values: rows },
      mark: "bar",
      encoding: { y: { field: "name", type: "nominal", sort: "-x", title: name }, x: { field: "n", type: "quantitative" } },
    });
    return new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
  };
}

function byHand(name, rows) {
  const most = Math.max(...rows.map((row) => row.n));
  const bars = rows.map((row, n) =>
    `<text x="160" y="${22 * n + 15}" text-anchor="end" font-size="12">${row.name}</text>` +
    `<rect x="170" y="${22 * n + 2}" width="${((300 * row.n) / most).toFixed(1)}" height="18"/>`);
  return `<svg viewBox="0 0 500 ${22 * rows.length}" role="img" aria-label="Complaints by ${name}">${bars.join("")}</svg>`;
}

export default async function () {
  const database = await (await DuckDBInstance.create()).connect();
  const packages = [];
  for (const name of readdirSync(folder).sort()) {
    const about = JSON.parse(readFileSync(join(folder, name, "datapackage.json"), "utf8"));
    const csv = join(folder, name, "data", "records.csv");
    await database.run(`CREATE OR REPLACE TEMP TABLE records AS FROM read_csv('${csv}', columns = ${columns}, header = true, auto_detect = false, delim = ',', quote = '"')`);
    const tables = [];
    for (const [title, expression] of Object.entries(expressions)) {
      const answer = await database.runAndReadAll(
        `SELECT ${expression} AS name, count(*)::INTEGER AS n, round(100 * n / sum(n) OVER (), 1)::DOUBLE AS share FROM records GROUP BY 1 ORDER BY n DESC, 1`);
      tables.push({ name: title, rows: answer.getRowObjectsJS() });
    }
    const charts = [];
    for (const table of tables.slice(0, 2)) charts.push(await draw(table.name, table.rows));
    const records = (await database.runAndReadAll("SELECT date::VARCHAR, * EXCLUDE (date) FROM records")).getRowsJS();
    packages.push({ name, about, fields: about.resources[0].schema.fields, tables, charts, records });
  }
  return packages;
}
