import { accentFrom } from "./colour.ts";

export const STAGE = "#101216"; // the dark ground of a room
const SHEET = "#ffffff";

/** The room's custom properties, as a style attribute. */
export function themeStyle(accent: string): string {
  const { fill, onFill, onDark, onLight } = accentFrom(accent, STAGE, SHEET);
  return [
    `--accent:${fill}`,
    `--on-accent:${onFill}`,
    `--accent-dark:${onDark}`,
    `--accent-light:${onLight}`,
    `--stage:${STAGE}`,
    "--stage-raised:#1b1e25",
    "--stage-line:#2c313b",
    "--stage-text:#f4f5f7",
    "--stage-dim:#a9b0bd",
    `--sheet:${SHEET}`,
    "--sheet-soft:#f1f2f5",
    "--sheet-line:#e1e4ea",
    "--sheet-text:#16181d",
    "--sheet-dim:#5c6370",
    "--wrong:#c0182b",
    "--good:#0c7a3e",
  ].join(";");
}
