// The list of all packages.
import { readdirSync, readFileSync } from "node:fs";

const folder = process.env.PACKAGES;
const title = (name) => JSON.parse(readFileSync(`${folder}/${name}/datapackage.json`, "utf8")).title;
const links = readdirSync(folder).sort().map((name) => `- [${title(name)}](./${name})`);
process.stdout.write(`# Catalogue\n\n${links.join("\n")}\n`);
