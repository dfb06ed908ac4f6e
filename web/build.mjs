// SPDX-License-Identifier: Apache-2.0
// Builds the front end: `node build.mjs [DIST [C_FILE [MODULE]]]` bundles src/ into DIST (default
// dist) and, if a C file is named, writes every built file into it as an array, so that the program
// needs no file at run time. With the WebAssembly module the page "What if" is built, too.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const here = dirname(fileURLToPath(import.meta.url));
const [dist = join(here, "dist"), cFile, module] = process.argv.slice(2);

// The bank of "What if" is in the page itself: another link leads to it.
const localLink = {
  name: "local link",
  setup: (build) => build.onResolve({ filter: /^\.\/link\.js$/ }, () => ({ path: join(here, "src/local_link.js") })),
};

async function bundle(name, source, plugins) {
  await build({
    absWorkingDir: here,
    entryPoints: { [name]: source },
    outdir: dist,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { WHAT_IF: String(Boolean(module)) },
    legalComments: "none",
    logLevel: "warning",
    plugins,
  });
}

async function pages() {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await bundle("app", "src/main.jsx", []);
  for (const file of ["index.html", "icon.svg"]) await copyFile(join(here, "src", file), join(dist, file));
  if (!module) return;
  await bundle("whatif", "src/whatif.jsx", [localLink]);
  await copyFile(join(here, "src/whatif.html"), join(dist, "whatif.html"));
  await copyFile(module, join(dist, "what_if.wasm"));
}

function bytes(content) {
  const lines = [];
  for (let at = 0; at < content.length; at += 20)
    lines.push("    " + [...content.subarray(at, at + 20)].join(", ") + ",");
  return lines.join("\n");
}

async function embed() {
  const names = (await readdir(dist)).filter((name) => types[extname(name)]).sort();
  const arrays = [];
  const rows = [];
  for (const [index, name] of names.entries()) {
    const content = await readFile(join(dist, name));
    const tag = createHash("sha256").update(content).digest("hex").slice(0, 16);
    arrays.push(`static const unsigned char file_${index}[] = {\n${bytes(content)}\n};\n`);
    rows.push(
      `    {"/${name}", "${types[extname(name)]}", "\\"${tag}\\"", file_${index}, ` +
        `sizeof(file_${index})},`,
    );
  }
  await writeFile(
    cFile,
    `/* Made by web/build.mjs; do not edit. */\n#include "service/web_parts.h"\n\n` +
      `${arrays.join("\n")}\nconst struct web_file web_files[] = {\n${rows.join("\n")}\n};\n` +
      `const size_t web_file_count = sizeof(web_files) / sizeof(web_files[0]);\n`,
  );
}

await pages();
if (cFile) await embed();
