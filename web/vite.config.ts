import { defineConfig } from "vite";

/** The pages are served by Fenbo itself: `/r/<room>`, `/hq`, `/desk` and `/apply/<merchant>` from the HTML files, everything else from `/assets/`. */
export default defineConfig({
  base: "/",
  build: {
    target: "es2022",
    // hls.js is one lazy chunk on its own and larger than the warning's default of 500 kB
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["room.html", "hq.html", "desk.html", "apply.html", "missing.html"] },
  },
});
