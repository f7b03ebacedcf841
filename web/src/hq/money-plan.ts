import { css, html, nothing, type TemplateResult } from "lit";
import type { Plan, PlanVersion, RulesPreview } from "../api/hq-money.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { rulesPreview } from "./money-preview.ts";
import {
  count,
  draftOf,
  emptyRate,
  formatMinor,
  formatPercent,
  minor,
  NO_PLAN,
  percent,
  type RateDraft,
  rateOf,
  shareDraftsOf,
} from "./rates.ts";
import "./rate-row.ts";
import { panel } from "./style.ts";

const SHOWN = ["cap_ppm", "notice_days", "invite_minor", "invite_seconds", "invite_daily_max", "invite_pool_minor"];

/** The commission plan: what is set is tried on the latest orders first, and only what was tried can be saved. */
export class FenboMoneyPlan extends MoneyPart {
  static override properties = {
    ...MoneyPart.properties,
    versions: { state: true },
    rates: { state: true },
    shares: { state: true },
    differential: { state: true },
    tried: { state: true },
    saved: { state: true },
  };
  declare versions: readonly PlanVersion[] | null;
  declare rates: readonly RateDraft[];
  declare shares: readonly RateDraft[];
  declare differential: boolean;
  declare tried: { plan: Plan; found: RulesPreview } | null;
  declare saved: boolean;

  constructor() {
    super();
    this.versions = null;
    this.rates = [];
    this.shares = [];
    this.differential = false;
    this.tried = null;
    this.saved = false;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    moneyStyle,
    css`
      .result {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    this.versions = await this.api.plans();
    const plan = this.versions[0]?.plan ?? NO_PLAN;
    this.rates = plan.rates.map((rate) => draftOf(rate, this.currency));
    this.shares = shareDraftsOf(plan.share_rates, this.currency);
    this.differential = plan.differential;
  }

  override render() {
    const { money } = this.text;
    const { versions } = this;
    return html`<section class="panel" aria-label=${money.plan}>
      <h2>${money.plan}</h2>
      <p class="hint">${money.planHint}</p>
      ${versions === null ? nothing : this.form(versions[0]?.plan ?? NO_PLAN)}
      <p class="wrong" role="alert">${this.besides([...SHOWN, "rates", "share_rates"])}</p>
      ${this.tried === null ? nothing : rulesPreview(this.tried.found, this.text, (party) => this.partyName(party))}
      ${versions === null || versions.length === 0 ? nothing : this.history(versions)}
    </section>`;
  }

  private form(plan: Plan): TemplateResult {
    const { money, save } = this.text;
    return html`<form novalidate @submit=${this.try} @input=${this.touched}>
      ${this.rateRows("rates", money.rates, this.rates)} ${this.rateRows("share_rates", money.shareRates, this.shares)}
      <fieldset><legend>${money.limits}</legend>
        <div class="fields">
          ${field({ label: money.cap, name: "cap_ppm", value: formatPercent(plan.cap_ppm), wrong: this.wrongAt("cap_ppm"), inputmode: "decimal" })}
          <label>${money.levels}<select name="paid_levels_max">
            ${[2, 1].map((levels) => html`<option value=${levels} ?selected=${plan.paid_levels_max === levels}>${levels}</option>`)}
          </select></label>
          ${field({ label: money.notice, name: "notice_days", value: String(plan.notice_days), wrong: this.wrongAt("notice_days"), inputmode: "numeric" })}
        </div>
        <label class="tick"><input type="checkbox" name="differential" ?checked=${plan.differential} @change=${this.changed} />${money.differential}</label>
        <label class="tick"><input type="checkbox" name="four_eyes" ?checked=${plan.four_eyes} />${money.fourEyes}</label>
      </fieldset>
      <fieldset><legend>${money.invites}</legend>
        <div class="fields">
          ${this.amount("invite_minor", money.invite, plan.invite_minor)}
          ${field({ label: money.inviteSeconds, name: "invite_seconds", value: String(plan.invite_seconds), wrong: this.wrongAt("invite_seconds"), inputmode: "numeric" })}
          ${field({ label: money.inviteDaily, name: "invite_daily_max", value: String(plan.invite_daily_max), wrong: this.wrongAt("invite_daily_max"), inputmode: "numeric" })}
          ${this.amount("invite_pool_minor", money.invitePool, plan.invite_pool_minor)}
        </div>
      </fieldset>
      <div class="row">
        <button class="act ${this.tried === null ? "main" : ""}">${money.preview}</button>
        <button type="button" class="act main" ?disabled=${this.tried === null} @click=${this.save}>${save}</button>
        <span role="status">${this.saved ? this.text.saved : this.tried === null ? money.previewFirst : ""}</span>
      </div>
    </form>`;
  }

  private amount(name: string, label: string, value: number): TemplateResult {
    const { currency } = this;
    return field({
      label: `${label} (${currency})`,
      name,
      value: formatMinor(value, currency),
      wrong: this.wrongAt(name),
      inputmode: "decimal",
    });
  }

  private rateRows(name: "rates" | "share_rates", title: string, drafts: readonly RateDraft[]): TemplateResult {
    const put = (changed: readonly RateDraft[]) => {
      if (name === "rates") this.rates = changed;
      else this.shares = changed;
      this.touched();
    };
    return html`<fieldset><legend>${title}</legend>
      ${drafts.length === 0 ? html`<p class="dim">${this.text.money.noRates}</p>` : nothing}
      ${drafts.map(
        (draft, index) => html`<fenbo-rate-row
          .draft=${draft}
          .shared=${name === "share_rates"}
          .differential=${this.differential}
          .number=${index + 1}
          .currency=${this.currency}
          .wrong=${this.wrongAt(`${name}[${index}]`)}
          .products=${this.store.products}
          .shows=${this.store.shows}
          .text=${this.text}
          @rate-change=${(event: CustomEvent<RateDraft>) => put(drafts.map((each, at) => (at === index ? event.detail : each)))}
          @rate-remove=${() => put(drafts.filter((_, at) => at !== index))}
        ></fenbo-rate-row>`,
      )}
      <p><button type="button" class="act" @click=${() => put([...drafts, emptyRate()])}>${this.text.money.addRate}</button></p>
    </fieldset>`;
  }

  private history(versions: readonly PlanVersion[]): TemplateResult {
    const { money, language } = this.text;
    const at = (moment: string | null) => (moment === null ? "" : formatMoment(moment, language));
    return html`<details><summary>${money.versions}</summary>
      <div class="scroll"><table>
        <thead><tr><th>${money.version}</th><th>${money.announced}</th><th>${money.effective}</th><th>${money.digest}</th></tr></thead>
        <tbody>
          ${versions.map((each) => html`<tr><td>${each.version}</td><td>${at(each.announced_at)}</td><td>${at(each.effective_at)}</td><td><code>${each.digest.slice(0, 12)}</code></td></tr>`)}
        </tbody>
      </table></div>
    </details>`;
  }

  private changed(event: Event): void {
    this.differential = (event.target as HTMLInputElement).checked;
  }

  private touched(): void {
    this.tried = null;
    this.saved = false;
  }

  private async try(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const values = formValues(event.target as HTMLFormElement);
    await this.attempt(async () => {
      const plan = this.read(values);
      this.tried = { plan, found: await this.api.previewPlan(plan) };
    });
  }

  private async save(): Promise<void> {
    const plan = this.tried?.plan;
    if (plan === undefined) return;
    this.saved = await this.attempt(async () => {
      await this.api.setPlan(plan);
      await this.load();
      this.tried = null;
    });
  }

  /** Throws NotANumber. */
  private read(values: Record<string, string>): Plan {
    const { currency } = this;
    const whole = (name: string) => count(values[name] ?? "", name);
    const sum = (name: string) => minor(values[name] ?? "", currency, name);
    return {
      rates: this.rates.map((draft, at) => rateOf(draft, currency, `rates[${at}]`)),
      share_rates: this.shares.map((draft, at) => rateOf(draft, currency, `share_rates[${at}]`)),
      differential: values.differential !== undefined,
      four_eyes: values.four_eyes !== undefined,
      paid_levels_max: Number(values.paid_levels_max),
      cap_ppm: percent(values.cap_ppm ?? "", "cap_ppm"),
      notice_days: whole("notice_days"),
      invite_minor: sum("invite_minor"),
      invite_seconds: whole("invite_seconds"),
      invite_daily_max: whole("invite_daily_max"),
      invite_pool_minor: sum("invite_pool_minor"),
    };
  }
}

customElements.define("fenbo-money-plan", FenboMoneyPlan);
