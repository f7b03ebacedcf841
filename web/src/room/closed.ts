import { html, nothing, type TemplateResult } from "lit";
import type { RoomView } from "../api/types.ts";
import { partnersEn } from "../text/partners-en.ts";
import { partnersZh } from "../text/partners-zh.ts";

/** What a room says whose channel is suspended or closed. */
export function closedLine(view: RoomView, language: string): TemplateResult | typeof nothing {
  if (view.state === "active") return nothing;
  const words = language.startsWith("zh") ? partnersZh : partnersEn;
  return html`<p class="notice closed" role="status">${words.roomState[view.state]}</p>`;
}
