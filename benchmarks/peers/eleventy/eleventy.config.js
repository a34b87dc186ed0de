// PACKAGES is the folder of packages; CHARTS is "vega" or "hand".
export default function (eleventy) {
  eleventy.setQuietMode(true);
  eleventy.addPassthroughCopy({ [process.env.PACKAGES]: "." }, { filter: ["*/data/records.csv"] });
  return { dir: { input: "pages", output: "out" } };
}
