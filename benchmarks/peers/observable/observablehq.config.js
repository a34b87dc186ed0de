// One page for each package, from a parameterised page and a data loader. No fonts or styles from other hosts.
import { readdirSync } from "node:fs";

export default {
  title: "Catalogue",
  root: "src",
  output: "out",
  globalStylesheets: [],
  pages: [],
  sidebar: false,
  pager: false,
  toc: false,
  dynamicPaths: readdirSync(process.env.PACKAGES).sort().map((name) => `/${name}`),
};
