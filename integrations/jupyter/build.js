// Bundles our own code and the panel to lib/index.js; what JupyterLab shares stays an import for its builder.
const { build } = require("esbuild");
const path = require("node:path");

build({
  entryPoints: { index: "src/index.ts" },
  outdir: "lib",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  external: ["@jupyterlab/*", "@lumino/*"],
  nodePaths: [path.resolve(__dirname, "../panel/node_modules")],
  legalComments: "inline",
  logLevel: "warning",
}).catch(() => process.exit(1));
