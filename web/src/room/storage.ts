import type { Drawer } from "./attempt.ts";

/** A drawer that lasts as long as the page, for browsers that keep nothing for us. */
function memoryDrawer(): Drawer {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}

/** The browser's storage, or the page's own memory where it is switched off or full. */
export function drawer(kind: "localStorage" | "sessionStorage"): Drawer {
  try {
    const storage = window[kind];
    storage.setItem("fenbo.probe", "");
    storage.removeItem("fenbo.probe");
    return storage;
  } catch {
    return memoryDrawer();
  }
}
