// Bundles the panel to dist/panel.js (an ES module that exports `mount`) and dist/panel.css.
import { build } from "esbuild";

await build({
  entryPoints: { panel: "src/index.ts" },
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "linked",
  logLevel: "warning",
});
