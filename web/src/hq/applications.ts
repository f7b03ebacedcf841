import { css, html, nothing, type TemplateResult } from "lit";
import type { Channel } from "../api/hq-types.ts";
import type { Application } from "../api/joining-api.ts";
import type { HqText } from "../text/hq-en.ts";
import { joiningEn } from "../text/joining-en.ts";
import { joiningZh } from "../text/joining-zh.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import "./copy.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Who would be a partner, and where headquarters decides. */
export class FenboApplications extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    channels: { attribute: false },
    text: { attribute: false },
    found: { state: true },
    more: { state: true },
  };
  declare store: HqStore;
  declare channels: readonly Channel[];
  declare text: HqText;
  /** Null for whom it is not. */
  declare found: readonly Application[] | null;
  declare more: boolean;
  private pages = 1;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.found = null;
    this.more = false;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 12px 0;
        border-top: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      ul,
      form {
        margin-top: 10px;
      }
      .act {
        min-height: 44px;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  private async load(): Promise<void> {
    const asked = this.store.api.joining.applications(this.pages);
    const show = ({ all, more }: { all: Application[]; more: boolean }) => Object.assign(this, { found: all, more });
    await this.newest.take(asked, show).catch(() => undefined); // what is shown stays
  }

  override render() {
    const { text, problem, found } = this;
    if (found === null) return nothing;
    const words = text.language.startsWith("zh") ? joiningZh : joiningEn;
    const merchant = this.store.me?.merchant.id ?? "";
    return html`<section class="panel" aria-label=${words.applications}>
      <h2>${words.applications}</h2>
      ${merchant === "" ? nothing : html`<fenbo-copy value="${location.origin}/apply/${merchant}" what=${words.applyLink} .text=${text}></fenbo-copy>`}
      <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text)}</p>
      ${found.length === 0 ? html`<p class="dim">${words.noApplications}</p>` : nothing}
      <ul>${found.map((each) => this.application(each))}</ul>
      ${this.more ? html`<p><button class="act" @click=${this.showMore}>${text.more}</button></p>` : nothing}
    </section>`;
  }

  private async showMore(): Promise<void> {
    this.pages += 1;
    await this.load();
  }

  private application(each: Application): TemplateResult {
    const words = this.text.language.startsWith("zh") ? joiningZh : joiningEn;
    const who = each.applicant;
    return html`<li>
      <div class="row apart"><strong>${each.shop}</strong><span class="tag">${words.tags[each.state]}</span></div>
      <p>${who === null ? words.gone : html`${who.name} · <a href="tel:${who.phone}">${who.phone}</a>`}</p>
      ${who === null || who.message === "" ? nothing : html`<p class="small">${who.message}</p>`}
      ${each.reason === "" ? nothing : html`<p class="small dim">${words.reason}: ${each.reason}</p>`}
      <p class="dim small">${words.applied} ${new Date(each.applied_at).toLocaleString(this.text.language)}</p>
      ${each.state === "open" ? this.decision(each) : nothing}
      ${each.state !== "open" && who !== null ? html`<button class="act" @click=${() => this.act(() => this.store.api.joining.erase(each.application))}>${words.erase}</button>` : nothing}
    </li>`;
  }

  private decision(each: Application): TemplateResult {
    const { text } = this;
    const words = text.language.startsWith("zh") ? joiningZh : joiningEn;
    const above = this.channels.filter((channel) => channel.state !== "closed");
    const chosen = (channel: Channel) => (each.parent === null ? channel.house : channel.channel === each.parent);
    return html`<form @submit=${(event: SubmitEvent) => this.approve(event, each.application)}>
        <label>${text.partners.above}<select name="parent">
          ${above.map((channel) => html`<option value=${channel.channel} ?selected=${chosen(channel)}>${channel.name}</option>`)}
        </select></label>
        ${field({ label: text.partners.level, name: "level", value: each.level })}
        <button class="act main">${words.approve}</button>
      </form>
      <form @submit=${(event: SubmitEvent) => this.refuse(event, each.application)}>
        ${field({ label: words.refusal, name: "reason", required: true })}
        <button class="act hard">${words.refuse}</button>
      </form>`;
  }

  private async approve(event: SubmitEvent, application: string): Promise<void> {
    event.preventDefault();
    const { parent = "", level = "" } = formValues(event.target as HTMLFormElement);
    await this.act(() => this.store.api.joining.approve(application, parent, level));
    this.store.refresh();
  }

  private async refuse(event: SubmitEvent, application: string): Promise<void> {
    event.preventDefault();
    const { reason = "" } = formValues(event.target as HTMLFormElement);
    await this.act(() => this.store.api.joining.refuse(application, reason));
  }

  /** Does it, and shows how everything is then. */
  private async act(what: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(what);
    await this.load();
    return done;
  }
}

customElements.define("fenbo-applications", FenboApplications);
