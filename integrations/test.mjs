// Bundles the tests of one part of the front-ends and runs them in Node: `node integrations/test.mjs panel`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const part = process.argv[2];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { build } = createRequire(here(`${part}/package.json`))("esbuild");
const tests = here(`${part}/tests`);
const out = mkdtempSync(join(tmpdir(), "guildmark-front-end-"));
const vscode = join(tests, "vscode.ts");
let status = 1;
try {
  await build({
    entryPoints: readdirSync(tests).filter((name) => name.endsWith(".test.ts")).map((name) => join(tests, name)),
    outdir: out,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    jsx: "automatic",
    jsxImportSource: "preact",
    nodePaths: [here("panel/node_modules")],
    loader: { ".css": "empty" },
    alias: existsSync(vscode) ? { vscode } : {},
    logLevel: "warning",
  });
  const made = readdirSync(out).map((name) => join(out, name));
  status = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
process.exit(status);
