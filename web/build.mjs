// Builds the page into src/forecast/widgets/static, or into the folder given as argument: `node build.mjs [folder]`.
// The same sources and the same lock give the same bytes: a test builds again and compares.

import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const target = resolve(process.argv[2] ?? join(here, "../src/forecast/widgets/static"));
const reportStyle = join(here, "../src/forecast/reporting/templates/report/report.css");

const FONT = "@fontsource/arimo";
const shared = {
  absWorkingDir: here,
  outdir: target,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none",
  target: ["chrome111", "firefox113", "safari16.4"],
  logLevel: "warning",
};

/**
 * The reports' own style, for the parts of the explorer that the reports' code writes; for the screen alone.
 * @type {esbuild.Plugin}
 */
const styleOfReports = {
  name: "style-of-reports",
  setup(build) {
    build.onResolve({ filter: /^report-style$/ }, () => ({ path: reportStyle, namespace: "report" }));
    build.onLoad({ filter: /.*/, namespace: "report" }, async ({ path }) => {
      const style = await readFile(path, "utf8");
      const screen = style.slice(0, style.indexOf("@media print")).replace(":root {", "& {");
      return { contents: `.forecast-explorer {\n${screen}\n}`, loader: "css" };
    });
  },
};

/**
 * Names of the packages that a bundle holds.
 * @param {esbuild.Metafile} metafile
 * @returns {string[]}
 */
function packagesOf(metafile) {
  const names = Object.keys(metafile.inputs).map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]);
  return names.filter((name) => name !== undefined);
}

/**
 * One package's notice: name, version, and the text of its licence.
 * @param {string} name
 * @returns {Promise<string>}
 */
async function notice(name) {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name}: no licence text in the package`);
  const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
}

await mkdir(target, { recursive: true });
const built = await Promise.all([
  esbuild.build({ ...shared, entryPoints: [join(source, "explorer.js")], format: "esm" }),
  esbuild.build({ ...shared, entryPoints: [join(source, "page.js")], format: "esm", external: ["./explorer.js"] }),
  esbuild.build({
    ...shared,
    entryPoints: [join(source, "explorer.css")],
    loader: { ".woff2": "dataurl" },
    plugins: [styleOfReports],
  }),
]);
await copyFile(join(source, "page.html"), join(target, "page.html"));
const packages = [...new Set([FONT, ...built.flatMap(({ metafile }) => packagesOf(metafile))])].sort();
const notices = await Promise.all(packages.map(notice));
await writeFile(join(target, "LICENSES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));
