import { accentFrom } from "./colour.ts";

const STAGE = "#101216"; // the dark ground of a room
const RAISED = "#1b1e25"; // what lies on it
const SHEET = "#ffffff";
const SOFT = "#f1f2f5"; // what lies on a sheet

/** The room's custom properties, as a style attribute. */
export function themeStyle(accent: string): string {
  const { fill, onFill, onDark, onLight } = accentFrom(accent, RAISED, SOFT);
  return [
    `--accent:${fill}`,
    `--on-accent:${onFill}`,
    `--accent-dark:${onDark}`,
    `--accent-light:${onLight}`,
    `--stage:${STAGE}`,
    `--stage-raised:${RAISED}`,
    "--stage-line:#2c313b",
    "--stage-text:#f4f5f7",
    "--stage-dim:#a9b0bd",
    `--sheet:${SHEET}`,
    `--sheet-soft:${SOFT}`,
    "--sheet-line:#e1e4ea",
    "--sheet-text:#16181d",
    "--sheet-dim:#5c6370",
    "--wrong:#c0182b",
    "--good:#0c7a3e",
  ].join(";");
}
