import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Problem } from "../api/problem.ts";
import type { RoomApi } from "../api/room-api.ts";
import type { Restriction, Standing } from "../api/talk.ts";
import type { Text } from "../text/room.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { ruleOf } from "./talk.ts";

/** How the viewer stands in this room: muted or banned, why and until when, and the way to ask for another look. */
export class FenboStanding extends LitElement {
  static override properties = {
    standing: { attribute: false },
    api: { attribute: false },
    text: { attribute: false },
    asked: { state: true },
    problem: { state: true },
  };
  declare standing: Standing | null;
  declare api: RoomApi;
  declare text: Text;
  /** What the viewer has asked about already, by its reason and end; the server's word comes with the next standing. */
  declare asked: string;
  declare problem: Problem | null;

  constructor() {
    super();
    this.asked = "";
    this.problem = null;
  }

  static override styles = [
    base,
    formStyle,
    css`
      :host {
        display: block;
        font-size: 14px;
      }
      .rule {
        padding: 6px 14px;
        color: var(--stage-dim);
      }
      .held {
        padding: 10px 14px;
        background: #4a2a12;
        color: #ffe2c7;
        overflow-wrap: anywhere;
      }
      h2 {
        font-size: 15px;
      }
      summary {
        cursor: pointer;
        padding: 8px 0;
        font-weight: 700;
        text-decoration: underline;
      }
      label {
        color: inherit;
      }
      .send {
        min-height: 44px;
        padding: 0 18px;
        border-radius: 10px;
        background: #ffe2c7;
        color: #4a2a12;
        font-weight: 700;
      }
    `,
  ];

  override render() {
    const { standing, text } = this;
    if (standing === null) return nothing;
    const { banned, muted } = standing;
    if (banned !== null) {
      return this.restriction(banned.all_rooms ? text.talk.bannedAll : text.talk.banned, banned);
    }
    if (muted !== null) return this.restriction(text.talk.muted, muted);
    return this.rule();
  }

  private rule(): TemplateResult | typeof nothing {
    const { talk } = this.text;
    const rule = ruleOf(this.standing);
    if (rule.muted) return html`<p class="rule" role="status">${talk.nobodySpeaks}</p>`;
    const parts = [rule.slow_seconds > 0 ? talk.slow(rule.slow_seconds) : "", rule.held ? talk.held : ""];
    const said = parts.filter((part) => part !== "").join(" ");
    return said === "" ? nothing : html`<p class="rule" role="status">${said}</p>`;
  }

  private restriction(heading: string, found: Restriction): TemplateResult {
    const { talk, language } = this.text;
    return html`<section class="held" role="alert" aria-label=${heading}>
      <h2>${heading}</h2>
      ${found.reason === "" ? nothing : html`<p>${talk.because(found.reason)}</p>`}
      ${found.until === null ? nothing : html`<p>${talk.until(formatMoment(found.until, language))}</p>`}
      ${this.appeal(found)}
    </section>`;
  }

  private appeal(found: Restriction): TemplateResult {
    const { talk } = this.text;
    if (found.appeal === "refused") {
      return html`<p>${talk.appealRefused} ${found.answer === "" ? nothing : talk.answer(found.answer)}</p>`;
    }
    if (found.appeal === "open" || this.asked === keyOf(found)) return html`<p>${talk.appealOpen}</p>`;
    return html`<details>
      <summary>${talk.appeal}</summary>
      <form @submit=${(event: SubmitEvent) => this.send(event, found)}>
        ${field({ label: talk.appealText, name: "text", rows: 3, required: true, wrong: this.problem?.message ?? "" })}
        <button class="send">${talk.appealSend}</button>
      </form>
    </details>`;
  }

  private async send(event: SubmitEvent, found: Restriction): Promise<void> {
    event.preventDefault();
    const { text = "" } = formValues(event.target as HTMLFormElement);
    try {
      await this.api.appeal(text);
      this.asked = keyOf(found);
      this.problem = null;
    } catch (error) {
      this.problem = error as Problem;
    }
  }
}

function keyOf(found: Restriction): string {
  return `${found.reason} ${found.until}`;
}

customElements.define("fenbo-standing", FenboStanding);
