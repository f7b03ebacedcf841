import { css, html, nothing, type TemplateResult } from "lit";
import type { DeskApi } from "../api/desk-api.ts";
import type { Contestable, Dispute } from "../api/partners-api.ts";
import { panel } from "../hq/style.ts";
import { hqEn } from "../text/hq-en.ts";
import { hqZh } from "../text/hq-zh.ts";
import type { Language } from "../text/language.ts";
import { partnersEn } from "../text/partners-en.ts";
import { partnersZh } from "../text/partners-zh.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { disputeBody } from "../ui/dispute.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";

/** What a channel disputes, and the orders of its room that it could. */
export class FenboDeskDisputes extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    language: { attribute: false },
    csrf: { attribute: false },
    disputes: { state: true },
    contestable: { state: true },
  };
  declare api: DeskApi;
  declare language: Language;
  declare csrf: () => Promise<string>;
  declare disputes: readonly Dispute[];
  declare contestable: readonly Contestable[];
  private readonly newestDisputes = new Newest();
  private readonly newestContestable = new Newest();

  constructor() {
    super();
    this.disputes = [];
    this.contestable = [];
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      .act {
        min-height: 44px;
      }
      h3 {
        margin-top: 12px;
        font-size: 15px;
      }
      summary {
        min-height: 32px;
        cursor: pointer;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  private async load(): Promise<void> {
    const disputes = (found: readonly Dispute[]) => Object.assign(this, { disputes: found });
    const contestable = (found: readonly Contestable[]) => Object.assign(this, { contestable: found });
    await Promise.allSettled([
      this.newestDisputes.take(this.api.disputes(), disputes),
      this.newestContestable.take(this.api.contestable(), contestable),
    ]); // where one cannot be had, what is shown stays
  }

  private get text() {
    return this.language === "zh" ? partnersZh : partnersEn;
  }

  override render() {
    const { text, disputes } = this;
    const disputed = new Set(disputes.map((each) => each.order));
    const free = this.contestable.filter((each) => !disputed.has(each.order));
    if (disputes.length === 0 && free.length === 0) return nothing;
    return html`<section class="panel" aria-label=${text.disputes}>
      <h2>${text.disputes}</h2>
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, this.language === "zh" ? hqZh : hqEn)}</p>
      <ul>${disputes.map((each) => html`<li>${disputeBody(each, text, this.language)}</li>`)}</ul>
      ${free.length === 0 ? nothing : html`<h3>${text.contestable}</h3>`}
      <ul>${free.map((each) => this.claim(each))}</ul>
    </section>`;
  }

  private claim({ order, owner, at }: Contestable): TemplateResult {
    const { text } = this;
    return html`<li>
      <details>
        <summary>${text.aboutOrder(order)} · ${text.credited(owner)} · ${new Date(at).toLocaleDateString(this.language === "zh" ? "zh-CN" : "en")}</summary>
        <form @submit=${(event: SubmitEvent) => this.open(event, order)}>
          ${field({ label: text.claim, name: "claim", rows: 3, required: true })}
          <div class="row"><button class="act main">${text.openDispute}</button></div>
        </form>
      </details>
    </li>`;
  }

  private async open(event: SubmitEvent, order: string): Promise<void> {
    event.preventDefault();
    const { claim = "" } = formValues(event.target as HTMLFormElement);
    await this.attempt(async () => this.api.openDispute(await this.csrf(), order, claim));
    await this.load();
  }
}

customElements.define("fenbo-desk-disputes", FenboDeskDisputes);
