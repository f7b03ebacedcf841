import { css, html, nothing, type TemplateResult } from "lit";
import type { ApiKey, Delivery, Hook } from "../api/hq-types.ts";
import { EVENTS, SCOPES } from "../api/programs-api.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { formatMoment } from "../times.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { field, formStyle } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Other programs: the keys they come with, the webhooks that tell them, and how those went. */
export class FenboPrograms extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    text: { attribute: false },
    keys: { state: true },
    hooks: { state: true },
    deliveries: { state: true },
    secret: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare keys: readonly ApiKey[];
  declare hooks: readonly Hook[];
  declare deliveries: readonly Delivery[];
  /** What was just made, until the next act: of a key or of a webhook. */
  declare secret: { of: "key" | "hook"; value: string } | null;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.keys = [];
    this.hooks = [];
    this.deliveries = [];
    this.secret = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      :host {
        display: grid;
        gap: 16px;
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      fieldset label {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 36px;
      }
      fieldset input {
        width: 18px;
        min-height: 24px;
      }
      td p + p {
        margin-top: 6px;
      }
      .once {
        padding: 10px 12px;
        border-radius: 10px;
        background: #fff0d2;
        color: #6b4500;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.look());
  }

  override render() {
    const { sales: words } = this.text;
    return html`<p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, this.text)}</p>
      <section class="panel" aria-label=${words.keys}>
        <h2>${words.keys}</h2>
        ${this.once("key", words.keyOnce)} ${this.table(
          this.keys.map((key) => this.keyRow(key)),
          words.noKeys,
        )}
        ${this.form(words.newKey, words.keyName, "name", words.scopes, SCOPES, (value, chosen) => this.makeKey(value, chosen))}
      </section>
      <section class="panel" aria-label=${words.hooks}>
        <h2>${words.hooks}</h2>
        ${this.hooks.some((hook) => !hook.handed) ? html`<p class="once">${words.hookUnhanded}</p>` : nothing}
        ${this.once("hook", words.hookOnce)} ${this.table(
          this.hooks.map((hook) => this.hookRow(hook)),
          words.noHooks,
        )}
        ${this.form(words.newHook, words.hookUrl, "url", words.hookEvents, EVENTS, (value, chosen) => this.makeHook(value, chosen))}
      </section>
      <section class="panel" aria-label=${words.deliveries}>
        <h2>${words.deliveries}</h2>
        ${this.table(
          this.deliveries.map((each) => this.deliveryRow(each)),
          words.noDeliveries,
        )}
      </section>`;
  }

  private once(of: "key" | "hook", words: string): TemplateResult | typeof nothing {
    if (this.secret?.of !== of) return nothing;
    return html`<p class="once" role="status">${words}<br /><code>${this.secret.value}</code></p>`;
  }

  private table(rows: TemplateResult[], none: string): TemplateResult {
    if (rows.length === 0) return html`<p class="dim">${none}</p>`;
    return html`<div class="scroll"><table><tbody>${rows}</tbody></table></div>`;
  }

  private keyRow(key: ApiKey): TemplateResult {
    const { sales: words } = this.text;
    const revoke = () => this.act(() => this.store.api.programs.revokeKey(key.key));
    return html`<tr>
      <td>${key.name}<br /><code>…${key.hint}</code></td>
      <td class="small">${key.scopes.join(", ")}</td>
      <td class="number">${key.revoked ? words.revoked : html`<button class="act hard" @click=${revoke}>${words.revoke}</button>`}</td>
    </tr>`;
  }

  private hookRow(hook: Hook): TemplateResult {
    const { sales: words } = this.text;
    const remove = () => this.act(() => this.store.api.programs.removeHook(hook.hook));
    const renew = () => this.renewSecret(hook);
    return html`<tr>
      <td>
        <code>${hook.url}</code><br /><span class="small">${hook.events.join(", ")}</span>
        ${hook.handed ? nothing : html`<p><span class="tag warn">${words.hookUnhandedTag}</span></p>`}
      </td>
      <td class="number">
        <p><button class="act ${hook.handed ? "hard" : "main"}" @click=${renew}>${words.newSecret}</button></p>
        <p><button class="act hard" @click=${remove}>${words.remove}</button></p>
      </td>
    </tr>`;
  }

  private deliveryRow(each: Delivery): TemplateResult {
    const { sales: words, language } = this.text;
    const again = () => this.act(() => this.store.api.programs.replay(each.delivery));
    return html`<tr>
      <td>${each.event}<br /><span class="small dim">${formatMoment(each.created_at, language)}</span></td>
      <td class="small"><code>${each.url}</code><br />${each.error}</td>
      <td class="number">
        <span class="tag ${each.state === "delivered" ? "good" : each.state === "failed" ? "warn" : ""}">${words.deliveryStates[each.state]}</span>
        <span class="small dim">${words.attempts(each.attempts)}</span>
        <p><button class="act" @click=${again}>${words.sendAgain}</button></p>
      </td>
    </tr>`;
  }

  private form(
    summary: string,
    label: string,
    name: string,
    legend: string,
    choices: readonly string[],
    make: (value: string, chosen: string[]) => Promise<boolean>,
  ): TemplateResult {
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const data = new FormData(form);
      if (await make(String(data.get(name)).trim(), data.getAll("choice").map(String))) form.reset();
    };
    return html`<details>
      <summary>${summary}</summary>
      <form @submit=${submit}>
        ${field({ label, name, required: true })}
        <fieldset>
          <legend class="hint">${legend}</legend>
          ${choices.map((choice) => html`<label><input type="checkbox" name="choice" value=${choice} />${choice}</label>`)}
        </fieldset>
        <button class="act main">${this.text.create}</button>
      </form>
    </details>`;
  }

  private makeKey(name: string, scopes: string[]): Promise<boolean> {
    return this.act(async () => {
      const { secret } = await this.store.api.programs.createKey(name, scopes);
      this.secret = { of: "key", value: secret };
    });
  }

  private makeHook(url: string, events: string[]): Promise<boolean> {
    return this.act(async () => {
      const { secret } = await this.store.api.programs.createHook(url, events);
      this.secret = { of: "hook", value: secret };
    });
  }

  private renewSecret({ hook }: Hook): Promise<boolean> {
    return this.act(async () => {
      const { secret } = await this.store.api.programs.renewSecret(hook);
      this.secret = { of: "hook", value: secret };
    });
  }

  private async act(what: () => Promise<unknown>): Promise<boolean> {
    this.secret = null;
    const done = await this.attempt(what);
    await this.look().catch(() => undefined); // what is shown stays
    return done;
  }

  private look(): Promise<void> {
    const { programs } = this.store.api;
    const asked = Promise.all([programs.keys(), programs.hooks(), programs.deliveries()]);
    return this.newest.take(asked, ([keys, hooks, deliveries]) => Object.assign(this, { keys, hooks, deliveries }));
  }
}

customElements.define("fenbo-programs", FenboPrograms);
