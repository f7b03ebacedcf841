import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const WORTH_IT = /\.(js|css|svg)$/;

/** A .br and a .gz beside each text in assets: the server sends them as they are, at no cost of its own. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      for (const name of readdirSync(join(dir ?? "dist", "assets"), { recursive: true, encoding: "utf-8" })) {
        if (!WORTH_IT.test(name)) continue;
        const path = join(dir ?? "dist", "assets", name);
        const plain = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(plain));
        writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
      }
    },
  };
}

/** The pages are served by Fenbo itself: `/r/<room>`, `/hq`, `/desk` and `/apply/<merchant>` from the HTML files, everything else from `/assets/`. */
export default defineConfig({
  base: "/",
  plugins: [compressed()],
  build: {
    target: "es2022",
    // hls.js is one lazy chunk on its own and larger than the warning's default of 500 kB
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ["room.html", "hq.html", "desk.html", "apply.html", "missing.html"],
      checks: { pluginTimings: false }, // brotli takes its seconds
    },
  },
});
