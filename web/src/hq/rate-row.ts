import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Product, ShowHq } from "../api/hq-types.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { field, formStyle } from "../ui/form.ts";
import { moneyStyle } from "./money-part.ts";
import type { RateDraft, Way } from "./rates.ts";
import { panel } from "./style.ts";

const SHARE_WAYS: readonly Way[] = ["percent", "fixed"];
const WAYS: readonly Way[] = [...SHARE_WAYS, "tiers"];

/** One rate: how much, of which level, for what. Tells its form of every change (`rate-change`, `rate-remove`). */
export class FenboRateRow extends LitElement {
  static override properties = {
    draft: { attribute: false },
    shared: { attribute: false },
    differential: { attribute: false },
    number: { attribute: false },
    currency: {},
    wrong: {},
    products: { attribute: false },
    shows: { attribute: false },
    text: { attribute: false },
  };
  declare draft: RateDraft;
  /** A sharer's rate: he has no level in the tree, and no volume. */
  declare shared: boolean;
  /** Who is above has the rate of his level: there is no other of his. */
  declare differential: boolean;
  declare number: number;
  declare currency: string;
  declare wrong: string;
  declare products: readonly Product[];
  declare shows: readonly ShowHq[];
  declare text: HqText;

  static override styles = [
    base,
    formStyle,
    panel,
    moneyStyle,
    css`
      .rate {
        display: grid;
        gap: 10px;
        padding: 12px;
        border: 1px solid var(--sheet-line);
        border-radius: 12px;
      }
      .tier {
        display: grid;
        grid-template-columns: 1fr 1fr auto;
        gap: 8px;
        align-items: end;
      }
    `,
  ];

  override render() {
    const { money } = this.text;
    return html`<div class="rate" role="group" aria-label="${money.rate} ${this.number}" @input=${this.changed}>
      <div class="fields">
        ${this.above ? this.choice("depth", money.who, ["0", "1"], (depth) => money.depths[Number(depth)] ?? depth) : nothing}
        ${this.choice("way", money.way, this.shared ? SHARE_WAYS : WAYS, (way) => money.ways[way as Way])} ${this.value()}
      </div>
      ${this.wrong === "" ? nothing : html`<p class="wrong" role="alert">${this.wrong}</p>`}
      <details ?open=${this.scoped}>
        <summary>${money.onlyFor}</summary>
        <div class="fields">
          ${this.shared ? nothing : field({ label: money.level, name: "level", value: this.draft.level })}
          ${this.pick(
            "product",
            money.product,
            this.products.map((each) => [each.product, each.name]),
          )}
          ${this.pick(
            "sku",
            money.sku,
            this.products.flatMap((each) => each.skus.map((sku) => [sku.sku, `${each.name} ${sku.name}`] as const)),
          )}
          ${this.pick(
            "show",
            money.show,
            this.shows.map((each) => [each.id, each.title]),
          )}
        </div>
      </details>
      <div class="row"><button type="button" class="act" @click=${this.dropped}>${money.removeRate(this.number)}</button></div>
    </div>`;
  }

  /** Whether it may be for who is above; one that is, and may not, can be changed. */
  private get above(): boolean {
    return !this.shared && (!this.differential || this.draft.depth !== "0");
  }

  private get scoped(): boolean {
    const { level, product, sku, show } = this.draft;
    return [level, product, sku, show].some((value) => value !== "");
  }

  private value(): TemplateResult {
    const { money } = this.text;
    const { draft } = this;
    if (draft.way === "percent")
      return field({ label: money.percent, name: "percent", value: draft.percent, inputmode: "decimal" });
    if (draft.way === "fixed")
      return field({
        label: `${money.fixed} (${this.currency})`,
        name: "fixed",
        value: draft.fixed,
        inputmode: "decimal",
      });
    return html`<div>
      ${draft.tiers.map(
        (tier, at) => html`<div class="tier">
          ${field({ label: `${money.tierFrom} (${this.currency})`, name: `from-${at}`, value: tier.from, inputmode: "decimal" })}
          ${field({ label: money.percent, name: `percent-${at}`, value: tier.percent, inputmode: "decimal" })}
          <button type="button" class="act" aria-label=${money.removeTier(at + 1)} @click=${() => this.tell({ tiers: draft.tiers.filter((_, other) => other !== at) })}>×</button>
        </div>`,
      )}
      <p><button type="button" class="act" @click=${() => this.tell({ tiers: [...draft.tiers, { from: "", percent: "" }] })}>${money.addTier}</button></p>
    </div>`;
  }

  private choice(
    name: string,
    label: string,
    values: readonly string[],
    words: (value: string) => string,
  ): TemplateResult {
    const now = String(this.draft[name as keyof RateDraft]);
    return html`<label>${label}<select name=${name}>
      ${values.map((value) => html`<option value=${value} ?selected=${value === now}>${words(value)}</option>`)}
    </select></label>`;
  }

  private pick(
    name: "product" | "sku" | "show",
    label: string,
    values: readonly (readonly [string, string])[],
  ): TemplateResult {
    const now = this.draft[name];
    const known = values.some(([id]) => id === now);
    return html`<label>${label}<select name=${name}>
      <option value="" ?selected=${now === ""}>${this.text.money.any}</option>
      ${known || now === "" ? nothing : html`<option value=${now} selected>${now}</option>`}
      ${values.map(([id, title]) => html`<option value=${id} ?selected=${id === now}>${title}</option>`)}
    </select></label>`;
  }

  private changed(event: Event): void {
    const { name, value } = event.target as HTMLInputElement;
    const [part, at] = name.split("-");
    if (at === undefined) {
      const tiers = value === "tiers" && this.draft.tiers.length === 0 ? { tiers: [{ from: "0", percent: "" }] } : {};
      this.tell({ [name]: value, ...tiers });
    } else {
      const tiers = this.draft.tiers.map((tier, index) =>
        index === Number(at) ? { ...tier, [part ?? ""]: value } : tier,
      );
      this.tell({ tiers });
    }
  }

  private tell(change: Partial<RateDraft>): void {
    this.dispatchEvent(new CustomEvent("rate-change", { detail: { ...this.draft, ...change } }));
  }

  private dropped(): void {
    this.dispatchEvent(new CustomEvent("rate-remove"));
  }
}

customElements.define("fenbo-rate-row", FenboRateRow);
