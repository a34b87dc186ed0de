// The data loader: runs once for each package, in a process of its own.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";

const { name } = parseArgs({ options: { name: { type: "string" } } }).values;
const folder = `${process.env.PACKAGES}/${name}`;
const columns = "{'date': 'DATE', 'platform': 'VARCHAR', 'rank': 'VARCHAR', 'summary': 'VARCHAR', 'outcome': 'VARCHAR', 'source_line': 'INTEGER'}";
const database = await (await DuckDBInstance.create()).connect();
const ask = async (sql) => (await database.runAndReadAll(sql)).getRowObjectsJS();
await database.run(`CREATE TEMP TABLE records AS FROM read_csv('${folder}/data/records.csv', columns = ${columns}, header = true, auto_detect = false, delim = ',', quote = '"')`);
const group = (expression) =>
  ask(`SELECT ${expression} AS name, count(*)::INTEGER AS n, round(100 * n / sum(n) OVER (), 1)::DOUBLE AS share FROM records GROUP BY 1 ORDER BY n DESC, 1`);
process.stdout.write(JSON.stringify({
  about: JSON.parse(readFileSync(`${folder}/datapackage.json`, "utf8")),
  platform: await group("platform"),
  outcome: await group("outcome"),
  month: await group("strftime(date, '%Y-%m')"),
  records: await ask("SELECT date::VARCHAR AS date, * EXCLUDE (date) FROM records"),
}));
