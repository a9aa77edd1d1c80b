// Puts src/page.js and what it stands on into one file that the portal ships; see README.md.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const OUT = resolve(HERE, "../src/guildmark_portal/web/static/guildmark/verify");
const LICENSES = ["LICENSE", "LICENSE.md", "LICENSE.txt"];

const { outputFiles, metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: ["src/page.js"],
  outfile: "verify.js",
  alias: { setimmediate: "./src/set_immediate.js" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none", // all licences stand in a file of their own
  banner: {
    js: "// Built from portal/browser of Guildmark's sources (Apache-2.0); LICENSES.txt has the licences of what it contains.",
  },
  metafile: true,
  write: false,
});

const inputs = Object.keys(metafile.inputs).filter((name) => !name.startsWith("("));
const digest = (content) => createHash("sha256").update(content).digest("hex");
const packageOf = (name) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1];
const packages = [...new Set(inputs.map(packageOf).filter(Boolean))].sort();

function license(name) {
  const folder = join(HERE, "node_modules", name);
  const { version, license: terms } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = LICENSES.map((one) => join(folder, one)).find(existsSync);
  return `${name} ${version} (${terms})\n\n${file ? readFileSync(file, "utf8").trim() : "It brings no text of it."}\n`;
}

// What the bundle was built from, by the path from here: our own files and the lock, which names everybody else's.
const sources = [...inputs.filter((name) => !packageOf(name)), "package-lock.json", "build.js"].sort();
const [script] = outputFiles;
const record = {
  bytes: script.contents.length,
  sha256: digest(script.contents),
  sources: Object.fromEntries(
    sources.map((name) => [relative(HERE, join(HERE, name)), digest(readFileSync(join(HERE, name)))]),
  ),
};

mkdirSync(OUT, { recursive: true });
writeFileSync(join(OUT, "verify.js"), script.contents);
writeFileSync(join(OUT, "LICENSES.txt"), packages.map(license).join(`\n${"-".repeat(80)}\n\n`));
writeFileSync(join(HERE, "built.json"), `${JSON.stringify(record, null, 1)}\n`);
process.stdout.write(`verify.js: ${record.bytes} bytes, with ${packages.join(", ")}\n`);
