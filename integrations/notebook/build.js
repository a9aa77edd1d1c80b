// Bundles the widget into the Python package that brings it, kit/src/guildmark/notebook/static, or into the folder given.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: { widget: here("src/widget.ts") },
  outdir: process.argv[2] ?? here("../../kit/src/guildmark/notebook/static"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  nodePaths: [here("../panel/node_modules")],
  legalComments: "inline",
  logLevel: "warning",
});
