import { css, html, nothing, type TemplateResult } from "lit";
import type { Lock, LockVersion, Period, RulesPreview } from "../api/hq-money.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { rulesPreview } from "./money-preview.ts";
import { count, formatPercent, percent } from "./rates.ts";
import { panel } from "./style.ts";

const CHOICES = {
  mode: ["first_lock", "last_touch", "per_broadcast"],
  bind_on: ["visit", "login", "order", "paid"],
  renew_on: ["none", "visit", "purchase"],
  scope: ["new_customers", "all"],
  self_purchase: ["pay", "zero", "as_discount"],
  conflict: ["owner_wins", "room_wins", "split"],
} as const;
type Choice = keyof typeof CHOICES;
const SHOWN = [
  ...Object.keys(CHOICES),
  "validity",
  "protection",
  "split_owner",
  "split_room",
  "cap_ppm",
  "max_paid_levels",
];

/** The lock: whose a customer becomes, and for how long. Only what was tried on the latest orders can be saved. */
export class FenboMoneyLock extends MoneyPart {
  static override properties = {
    ...MoneyPart.properties,
    version: { state: true },
    chosen: { state: true },
    tried: { state: true },
    saved: { state: true },
  };
  declare version: LockVersion | null;
  /** What decides which fields are shown. */
  declare chosen: { validity: string; protection: string; conflict: string };
  declare tried: { lock: Lock; found: RulesPreview } | null;
  declare saved: boolean;

  constructor() {
    super();
    this.version = null;
    this.chosen = { validity: "forever", protection: "forever", conflict: "owner_wins" };
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
    this.version = await this.api.lock();
    const { validity, protection, conflict } = this.version.rule;
    this.chosen = { validity: kindOf(validity), protection: kindOf(protection), conflict };
  }

  override render() {
    const { money } = this.text;
    return html`<section class="panel" aria-label=${money.lock}>
      <h2>${money.lock}</h2>
      <p class="hint">${money.lockHint}</p>
      ${this.version === null ? nothing : this.form(this.version)}
      <p class="wrong" role="alert">${this.besides(SHOWN)}</p>
      ${this.tried === null ? nothing : rulesPreview(this.tried.found, this.text, (party) => this.partyName(party))}
    </section>`;
  }

  private form({ rule, version, digest }: LockVersion): TemplateResult {
    const { money, save } = this.text;
    return html`<form novalidate @submit=${this.try} @input=${this.touched}>
      <div class="fields">
        ${this.choice("mode", rule)} ${this.choice("bind_on", rule)}
        ${this.period("validity", rule.validity, ["forever", "days"])}
        ${this.period("protection", rule.protection, ["forever", "none", "days"])}
        ${this.choice("renew_on", rule)} ${this.choice("scope", rule)} ${this.choice("self_purchase", rule)}
        ${this.choice("conflict", rule)} ${this.chosen.conflict === "split" ? this.split(rule) : nothing}
        ${field({ label: money.cap, name: "cap_ppm", value: formatPercent(rule.cap_ppm), wrong: this.wrongAt("cap_ppm"), inputmode: "decimal" })}
        <label>${money.levels}<select name="max_paid_levels">
          ${[2, 1].map((levels) => html`<option value=${levels} ?selected=${rule.max_paid_levels === levels}>${levels}</option>`)}
        </select></label>
      </div>
      <div class="row">
        <button class="act ${this.tried === null ? "main" : ""}">${money.preview}</button>
        <button type="button" class="act main" ?disabled=${this.tried === null} @click=${this.save}>${save}</button>
        <span role="status">${this.saved ? this.text.saved : this.tried === null ? money.previewFirst : ""}</span>
      </div>
      <p class="hint">${money.version} ${version}, <code>${digest.slice(0, 12)}</code></p>
      ${(this.version?.ahead ?? []).map(
        (next) =>
          html`<p class="note">${money.version} ${next.version}: ${money.effective} ${formatMoment(next.effective_at, this.text.language)}</p>`,
      )}
    </form>`;
  }

  private choice(name: Choice, rule: Lock): TemplateResult {
    const { money } = this.text;
    const words: Record<string, string> = money.choices[name];
    return html`<label>${money.lockFields[name]}<select name=${name}>
      ${CHOICES[name].map((value) => html`<option value=${value} ?selected=${rule[name] === value}>${words[value]}</option>`)}
    </select></label>`;
  }

  private period(
    name: "validity" | "protection",
    value: Period,
    kinds: readonly ("forever" | "none" | "days")[],
  ): TemplateResult {
    const { money } = this.text;
    const now = this.chosen[name];
    return html`<div class="fields">
      <label>${money.lockFields[name]}<select name=${name}>
        ${kinds.map((kind) => html`<option value=${kind} ?selected=${now === kind}>${money.periods[kind]}</option>`)}
      </select></label>
      ${
        now === "days"
          ? field({
              label: `${money.lockFields[name]}: ${money.periods.days}`,
              name: `${name}_days`,
              value: typeof value === "number" ? String(value) : "30",
              wrong: this.wrongAt(name),
              inputmode: "numeric",
            })
          : nothing
      }
    </div>`;
  }

  private split(rule: Lock): TemplateResult {
    const { money } = this.text;
    const part = (name: "split_owner" | "split_room") =>
      field({
        label: money.lockFields[name],
        name,
        value: String(rule[name]),
        wrong: this.wrongAt(name),
        inputmode: "numeric",
      });
    return html`${part("split_owner")} ${part("split_room")}`;
  }

  private touched(event: Event): void {
    const { name, value } = event.target as HTMLInputElement;
    if (name in this.chosen) this.chosen = { ...this.chosen, [name]: value };
    this.tried = null;
    this.saved = false;
  }

  private async try(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const values = formValues(event.target as HTMLFormElement);
    await this.attempt(async () => {
      const lock = readLock(values);
      this.tried = { lock, found: await this.api.previewLock(lock) };
    });
  }

  private async save(): Promise<void> {
    const lock = this.tried?.lock;
    if (lock === undefined) return;
    this.saved = await this.attempt(async () => {
      await this.api.setLock(lock);
      await this.load();
      this.tried = null;
    });
  }
}

function kindOf(period: Period): string {
  return typeof period === "number" ? "days" : period;
}

/** Throws NotANumber. */
function readLock(values: Record<string, string>): Lock {
  const period = (name: string): Period =>
    values[name] === "days" ? count(values[`${name}_days`] ?? "", name) : (values[name] as Period);
  const chosen = Object.fromEntries(Object.keys(CHOICES).map((name) => [name, values[name] ?? ""]));
  return {
    ...(chosen as Record<Choice, string>),
    validity: period("validity"),
    protection: period("protection"),
    split_owner: values.split_owner === undefined ? 1 : count(values.split_owner, "split_owner"),
    split_room: values.split_room === undefined ? 1 : count(values.split_room, "split_room"),
    max_paid_levels: Number(values.max_paid_levels),
    cap_ppm: percent(values.cap_ppm ?? "", "cap_ppm"),
  };
}

customElements.define("fenbo-money-lock", FenboMoneyLock);
