import { html, nothing, type TemplateResult } from "lit";
import { sourceSet } from "../images.ts";

/** A picture that says what it shows by its place; without an address the first letter of its name stands in. */
export function picture(url: string, name: string, size: number): TemplateResult {
  const box = `width:${size}px;height:${size}px;border-radius:${Math.round(size / 6)}px;flex:none;object-fit:cover`;
  if (url !== "") {
    const set = sourceSet(url);
    return html`<img
      sizes=${set === "" ? nothing : `${size}px`}
      srcset=${set === "" ? nothing : set}
      src=${url}
      alt=""
      width=${size}
      height=${size}
      loading="lazy"
      decoding="async"
      style=${box}
    />`;
  }
  const letter = [...name][0] ?? "";
  return html`<span
    aria-hidden="true"
    style="${box};display:grid;place-items:center;background:var(--accent);color:var(--on-accent);font-weight:700;font-size:${Math.round(
      size * 0.42,
    )}px"
    >${letter.toUpperCase()}</span
  >`;
}
