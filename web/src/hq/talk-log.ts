import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Act, OrderApi } from "../api/hq-talk.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

/** Who did what to whom, newest first. */
export class FenboTalkLog extends Acting<OrderApi> {
  static override properties = {
    ...Acting.properties,
    done: { type: Number },
    acts: { state: true },
    cursor: { state: true },
  };
  declare done: number;
  declare acts: readonly Act[];
  declare cursor: string | null;

  constructor() {
    super();
    this.acts = [];
    this.cursor = null;
  }

  static override styles = [
    base,
    panel,
    css`
      @media (min-width: 700px) {
        table {
          min-width: 720px;
        }
      }
      @media (max-width: 699px) {
        thead {
          position: absolute;
          clip-path: inset(50%);
        }
        tr {
          display: flex;
          flex-wrap: wrap;
          gap: 2px 8px;
          padding: 8px 0;
          border-bottom: 1px solid var(--sheet-line);
        }
        td {
          padding: 0;
          border: 0;
          overflow-wrap: anywhere;
        }
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("done")) void this.load(null);
  }

  override render() {
    const { text, acts } = this;
    const { talk } = text;
    return html`<section class="panel" aria-label=${talk.log}>
      <h2>${talk.log}</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              ${[talk.when, talk.who, talk.what, talk.room, talk.whom, talk.why].map((name) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${acts.map((act) => this.row(act))}
          </tbody>
        </table>
      </div>
      ${this.cursor === null ? nothing : html`<p><button class="act" @click=${() => this.load(this.cursor)}>${text.more}</button></p>`}
    </section>`;
  }

  private row(act: Act): TemplateResult {
    const { talk, language } = this.text;
    return html`<tr>
      <td class="small">${formatMoment(act.at, language)}</td>
      <td>${act.by}</td>
      <td>${talk.acts[act.kind] ?? act.kind}</td>
      <td>${act.room ?? talk.inAll}</td>
      <td>${act.name || act.viewer}</td>
      <td>${[act.reason, act.text].filter((part) => part !== "").join(" · ")}</td>
    </tr>`;
  }

  private async load(cursor: string | null): Promise<void> {
    const page = await this.api.acts(cursor).catch(() => null);
    if (page === null || (cursor !== null && cursor !== this.cursor)) return; // begun anew meanwhile, or asked twice
    this.acts = cursor === null ? page.acts : [...this.acts, ...page.acts];
    this.cursor = page.cursor;
  }
}

customElements.define("fenbo-talk-log", FenboTalkLog);
