import { css, html, nothing } from "lit";
import type { Customer } from "../api/desk-api.ts";
import type { Staff, StaffApi } from "../api/staff-api.ts";
import { panel } from "../hq/style.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { staffEn } from "../text/staff-en.ts";
import { staffZh } from "../text/staff-zh.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";

/** Who works for the channel: logins at its desk, and customers whose own purchases follow the rule for staff. */
export class FenboStaff extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    customers: { attribute: false },
    text: { attribute: false },
    found: { state: true },
  };
  declare api: StaffApi;
  declare customers: readonly Customer[];
  declare text: HqText;
  /** Null for whom it is not. */
  declare found: Staff | null;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.customers = [];
    this.found = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 8px 0;
        border-top: 1px solid var(--sheet-line);
      }
      form,
      h3 {
        margin: 12px 0;
      }
      h3 {
        font-size: 15px;
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
    const show = (found: Staff) => Object.assign(this, { found });
    await this.newest.take(this.api.staff(), show).catch(() => undefined); // what is shown stays
  }

  override render() {
    const { text, found, problem } = this;
    if (found === null) return nothing;
    const words = text.language.startsWith("zh") ? staffZh : staffEn;
    const works = new Set(found.viewers.map((each) => each.viewer));
    const others = this.customers.filter((each) => !works.has(each.viewer));
    return html`<section class="panel" aria-label=${words.staff}>
      <h2>${words.staff}</h2>
      <ul>
        ${found.logins.map(
          (each) => html`<li class="row apart">
            <span>${each.user}<br /><span class="dim small">${words.roles[each.role] ?? each.role}</span></span>
            <button class="act hard" aria-label="${words.remove} ${each.user}" @click=${() => this.act(() => this.api.remove(each.user))}>${words.remove}</button>
          </li>`,
        )}
      </ul>
      <form @submit=${this.add}>
        ${field({ label: words.user, name: "user", wrong: problem?.at("user") ?? "", required: true })}
        ${field({ label: words.password, name: "password", type: "password", autocomplete: "new-password", wrong: problem?.at("password") ?? "", required: true })}
        <label
          >${words.role}<select name="role">
            ${Object.entries(words.roles).map(([role, name]) => html`<option value=${role}>${name}</option>`)}
          </select></label
        >
        <button class="act">${words.add}</button>
      </form>
      <h3>${words.works}</h3>
      <p class="hint">${words.worksHint}</p>
      <ul>
        ${found.viewers.map(
          ({ viewer }) => html`<li class="row apart">
            <span>${this.name(viewer)}</span>
            <button class="act" aria-label="${words.untie} ${this.name(viewer)}" @click=${() => this.act(() => this.api.untie(viewer))}>${words.untie}</button>
          </li>`,
        )}
      </ul>
      ${
        others.length === 0
          ? nothing
          : html`<form @submit=${this.tie}>
              <label>${words.customer}<select name="viewer">
                ${others.map((each) => html`<option value=${each.viewer}>${this.name(each.viewer)}</option>`)}
              </select></label>
              <button class="act">${words.tie}</button>
            </form>`
      }
      <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text, ["user", "password"])}</p>
    </section>`;
  }

  private name(viewer: string): string {
    const found = this.customers.find((each) => each.viewer === viewer);
    return found === undefined || found.name === "" ? viewer.slice(0, 8) : `${found.name} ${found.phone}`;
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { user = "", role = "" } = formValues(form);
    const password = String(new FormData(form).get("password")); // as it was typed
    if (await this.act(() => this.api.add(user, password, role))) form.reset();
  }

  private async tie(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { viewer = "" } = formValues(event.target as HTMLFormElement);
    await this.act(() => this.api.tie(viewer));
  }

  /** Does it, and shows how everything is then. */
  private async act(what: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(what);
    await this.load();
    return done;
  }
}

customElements.define("fenbo-staff", FenboStaff);
