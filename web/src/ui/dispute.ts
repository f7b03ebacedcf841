import { html, nothing, type TemplateResult } from "lit";
import type { Dispute } from "../api/partners-api.ts";
import type { PartnersText } from "../text/partners-en.ts";

/** What a dispute is about, what was said, and how it ended; for HQ and for the desk that opened it. */
export function disputeBody(dispute: Dispute, text: PartnersText, language: "zh" | "en"): TemplateResult {
  const about = dispute.order === null ? text.aboutCustomer(dispute.viewer) : text.aboutOrder(dispute.order);
  const state = text.disputeStates[dispute.state] ?? dispute.state;
  return html`<div class="row apart">
      <strong>${about}</strong><span class="tag ${dispute.state === "decided" ? "good" : "warn"}">${state}</span>
    </div>
    <p class="dim small">${dispute.channel.name} · ${new Date(dispute.opened_at).toLocaleString(language === "zh" ? "zh-CN" : "en")}</p>
    <p>${dispute.claim}</p>
    ${dispute.answer === "" ? nothing : html`<p>${text.answer}: ${dispute.answer}</p>`}
    ${dispute.outcome === "" ? nothing : html`<p><strong>${text.outcomes[dispute.outcome]}</strong>: ${dispute.reason}</p>`}
    <details>
      <summary>${text.evidence}</summary>
      ${(dispute.evidence[language] ?? []).map((sentence) => html`<p class="small">${sentence}</p>`)}
    </details>`;
}
