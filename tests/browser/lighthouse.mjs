// Audits pages with Lighthouse in one browser: node lighthouse.mjs CHROME CATEGORY,CATEGORY URL...
// Prints a JSON object a line: the address, each category's score from 0 to 1, and the audits that cost points.

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromePath, categories, ...addresses] = process.argv.slice(2);
const chromeFlags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];
const chrome = await launch({ chromePath, chromeFlags, logLevel: "silent" });
try {
  for (const address of addresses) {
    const flags = { port: chrome.port, onlyCategories: categories.split(","), logLevel: "silent" };
    const { lhr } = await lighthouse(address, flags);
    const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, score]));
    const failed = Object.values(lhr.categories).flatMap(({ auditRefs }) =>
      auditRefs
        .filter(({ id, weight }) => weight && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
        .map(({ id }) => `${id}: ${lhr.audits[id].title} ${lhr.audits[id].displayValue ?? ""}`.trim()),
    );
    const requests = lhr.audits["network-requests"]?.details?.items ?? [];
    const bytes = requests.reduce((sum, { transferSize }) => sum + (transferSize ?? 0), 0);
    console.log(JSON.stringify({ address, scores, failed, requests: requests.length, bytes, error: lhr.runtimeError ?? null }));
  }
} finally {
  chrome.kill();
}
