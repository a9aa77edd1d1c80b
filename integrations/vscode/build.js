// Two bundles: the extension, which runs beside the code, and the panel's page, which runs in a webview.
const { build } = require("esbuild");
const path = require("node:path");

const common = { bundle: true, minify: true, target: "es2022", legalComments: "linked", logLevel: "warning" };

Promise.all([
  build({ ...common, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", platform: "node", format: "cjs", external: ["vscode"] }),
  build({
    ...common,
    entryPoints: { view: "src/view.ts" },
    outdir: "dist",
    format: "iife",
    jsx: "automatic",
    jsxImportSource: "preact",
    nodePaths: [path.resolve(__dirname, "../panel/node_modules")],
  }),
]).catch(() => process.exit(1));
