import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { HqPaymentsApi, type Payments, type Provider } from "../api/hq-payments.ts";
import { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import { type RefundActs, refundList } from "./refund-list.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const LOOK_MS = 5_000;
const LONG = ["private_key", "public_key", "alipay_public_key"];

/** How the merchant is paid: providers, their credentials, and the refunds that they have not given back. */
export class FenboPayments extends LitElement {
  static override properties = {
    store: { attribute: false },
    text: { attribute: false },
    found: { state: true },
    tried: { state: true },
    problem: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare found: Payments | null;
  /** What the last test call said, of which provider. */
  declare tried: { provider: string; works: boolean; detail: string } | null;
  declare problem: { provider: string; of: Problem } | null;
  private readonly newest = new Newest();
  private looking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.found = null;
    this.tried = null;
    this.problem = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      :host {
        display: grid;
        gap: 16px;
        min-width: 0;
      }
      .one {
        display: grid;
        gap: 8px;
        padding: 12px 0;
        border-top: 1px solid var(--sheet-line);
      }
      .hint {
        margin-bottom: 10px;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt("", async () => this.newest.take(this.api.payments(), (found) => Object.assign(this, { found })));
    this.looking = setInterval(() => document.hidden || void this.look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  /** Refunds fail while nobody touches the page. */
  private async look(): Promise<void> {
    const show = (found: Payments) => Object.assign(this, { found });
    await this.newest.take(this.api.payments(), show).catch(() => undefined); // what is shown stays
  }

  override render() {
    const { payments: words } = this.text;
    const { found } = this;
    return html`<section class="panel" aria-label=${words.title}>
        <h2>${words.title}</h2>
        <p class="hint">${words.hint}</p>
        <p class="wrong" role="alert">${this.besides("")}</p>
        ${found === null ? nothing : found.providers.map((one) => this.provider(one))}
      </section>
      <section class="panel" aria-label=${words.failed}>
        <h2>${words.failed}</h2>
        ${found?.failed_refunds.length ? refundList(found.failed_refunds, this.text, this.refundActs()) : html`<p class="dim">${words.noFailed}</p>`}
      </section>`;
  }

  private refundActs(): RefundActs {
    return {
      retry: ({ order, refund }) => this.attempt("", () => this.api.retry(order, refund)),
      end: ({ order, refund }, how, why) => this.attempt("", () => this.api.end(order, refund, how, why)),
    };
  }

  private provider(one: Provider): TemplateResult {
    const { payments: words } = this.text;
    const state = one.configured ? (one.enabled ? words.on : words.off) : words.none;
    return html`<div class="one" data-provider=${one.provider}>
      <div class="row apart">
        <span><b>${words.names[one.provider] ?? one.provider}</b> <span class="dim">${one.hint}</span> <span class="tag ${one.enabled ? "good" : ""}">${state}</span></span>
        ${one.configured ? this.acts(one) : nothing}
      </div>
      ${this.tried?.provider === one.provider ? html`<p class="small" role="status">${this.tried.works ? words.works(this.tried.detail) : words.fails(this.tried.detail)}</p>` : nothing}
      <p class="small dim">${words.webhook}<br /><code>${one.webhook_url}</code></p>
      ${this.form(one)}
    </div>`;
  }

  private acts(one: Provider): TemplateResult {
    const { payments: words } = this.text;
    const { provider } = one;
    return html`<span class="row">
      <button class="act" @click=${() => this.probe(provider)}>${words.test}</button>
      <button class="act" @click=${() => this.attempt(provider, () => this.api.turn(provider, !one.enabled))}>${one.enabled ? words.turnOff : words.turnOn}</button>
      <button class="act hard" @click=${() => this.attempt(provider, () => this.api.remove(provider))}>${words.remove}</button>
    </span>`;
  }

  private form(one: Provider): TemplateResult {
    const { payments: words } = this.text;
    const names = [...one.fields, ...one.optional];
    return html`<details>
        <summary>${one.configured ? words.replace : words.connect}</summary>
        <form @submit=${(event: SubmitEvent) => this.put(event, one.provider)}>
          ${names.map((name) => this.credential(one, name))}
          <p class="hint">${words.secret}</p>
          <button class="act main">${words.connect}</button>
        </form>
      </details>
      <p class="wrong" role="alert">${this.besides(one.provider, names)}</p>`;
  }

  private credential(one: Provider, name: string): TemplateResult {
    const { payments: words } = this.text;
    const needed = one.fields.includes(name);
    const label = `${words.fields[name] ?? name}${needed ? "" : ` (${words.optional})`}`;
    const wrong = this.problem?.provider === one.provider ? this.problem.of.at(`credentials.${name}`) : "";
    const shape = LONG.includes(name)
      ? { rows: 3 }
      : name.includes("secret") || name === "api_v3_key"
        ? { type: "password" }
        : {};
    return field({ label, name, wrong, required: needed, ...shape });
  }

  private async put(event: SubmitEvent, provider: string): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = Object.entries(formValues(form)).filter(([, value]) => value !== "");
    if (await this.attempt(provider, () => this.api.put(provider, Object.fromEntries(given)))) form.reset();
  }

  private probe(provider: string): Promise<boolean> {
    return this.attempt(provider, async () => {
      this.tried = { provider, ...(await this.api.probe(provider)) };
    });
  }

  private get api(): HqPaymentsApi {
    return new HqPaymentsApi(this.store.api);
  }

  /** What no field can carry, of a provider or of the page. */
  private besides(provider: string, names: readonly string[] = []): string {
    if (this.problem === null || this.problem.provider !== provider) return "";
    return problemText(
      this.problem.of,
      this.text,
      names.map((name) => `credentials.${name}`),
    );
  }

  private async attempt(provider: string, act: () => Promise<unknown>): Promise<boolean> {
    this.tried = null;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = { provider, of: error };
      await this.updateComplete;
      focusFirstWrong(this.renderRoot);
      return false;
    }
    if (this.problem?.provider === provider) this.problem = null; // what another was refused for stands
    await this.look();
    return true;
  }
}

customElements.define("fenbo-payments", FenboPayments);
