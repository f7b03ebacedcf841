import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { CartCut, Customer } from "../api/customer.ts";
import type { Problem } from "../api/problem.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import "./address-book.ts";
import { PHONE } from "./contact.ts";
import type { RoomSession } from "./session.ts";

const CODE = /^[0-9]{6}$/;

/** Who the viewer is: logging in with a phone and a code, the address book, logging out. Says `account-in` after a login. */
export class FenboAccount extends LitElement {
  static override properties = {
    session: { attribute: false },
    customer: { attribute: false },
    text: { attribute: false },
    phone: { state: true },
    again: { state: true },
    cut: { state: true },
    busy: { state: true },
    wrong: { state: true },
    problem: { state: true },
  };
  declare session: RoomSession;
  declare customer: Customer | null;
  declare text: Text;
  /** The phone that a code went to, "" before one did. */
  declare phone: string;
  declare again: number;
  declare cut: readonly CartCut[];
  declare busy: boolean;
  declare wrong: string;
  declare problem: Readonly<Record<string, string>>;
  private tick: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.phone = "";
    this.again = 0;
    this.cut = [];
    this.busy = false;
    this.wrong = "";
    this.problem = {};
  }

  static override styles = [
    base,
    formStyle,
    css`
      :host {
        display: grid;
        gap: 12px;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 12px;
      }
      .cut {
        padding: 10px 14px;
        border-radius: 12px;
        background: var(--sheet-soft);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("problem")) focusFirstWrong(this.renderRoot);
    if (changed.has("phone") && this.phone !== "") this.renderRoot.querySelector<HTMLElement>("[name=code]")?.focus();
  }

  override render() {
    const { customer, text } = this;
    return html`${customer === null ? (this.phone === "" ? this.phoneForm() : this.codeForm()) : this.inside(customer)}
      ${this.cut.map(({ name, kept, wanted }) => html`<p class="cut" role="status">${text.buyer.cut(name, kept, wanted)}</p>`)}
      <p class="wrong" role="alert">${this.wrong}</p>`;
  }

  private phoneForm(): TemplateResult {
    const { buyer } = this.text;
    return html`<form novalidate @submit=${this.asked}>
      <p class="hint">${buyer.logInWhy}</p>
      ${field({ label: buyer.phone, name: "phone", wrong: this.problem.phone ?? "", type: "tel", autocomplete: "tel", required: true })}
      <button class="fill" ?disabled=${this.busy}>${buyer.sendCode}</button>
    </form>`;
  }

  private codeForm(): TemplateResult {
    const { buyer } = this.text;
    return html`<form novalidate @submit=${this.typed}>
        <p role="status">${buyer.codeSent(this.phone)}</p>
        ${field({ label: buyer.code, name: "code", wrong: this.problem.code ?? "", inputmode: "numeric", autocomplete: "one-time-code", required: true })}
        <button class="fill" ?disabled=${this.busy}>${buyer.enter}</button>
      </form>
      <div class="row">
        <button class="plain" ?disabled=${this.busy || this.again > 0} @click=${() => this.send(this.phone)}>
          ${this.again > 0 ? buyer.codeAgainIn(this.again) : buyer.codeAgain}
        </button>
        <button class="plain" @click=${this.otherPhone}>${buyer.otherPhone}</button>
      </div>`;
  }

  private inside(customer: Customer): TemplateResult {
    const { buyer } = this.text;
    return html`<div class="row">
        <b>${buyer.loggedInAs(customer.phone)}</b>
        <button class="plain" ?disabled=${this.busy} @click=${this.logOut}>${buyer.logOut}</button>
      </div>
      <fenbo-address-book .session=${this.session} .addresses=${customer.addresses} .text=${this.text}></fenbo-address-book>`;
  }

  private async asked(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { phone = "" } = formValues(event.target as HTMLFormElement);
    if (PHONE.test(phone)) await this.send(phone);
    else this.problem = { phone: phone === "" ? this.text.required : this.text.badPhone };
  }

  private async send(phone: string): Promise<void> {
    await this.attempt(async () => {
      const sent = await this.session.customers.askCode(phone);
      this.phone = phone;
      this.again = sent.again_in_seconds;
      clearInterval(this.tick);
      this.tick = setInterval(() => {
        if (--this.again <= 0) clearInterval(this.tick);
      }, 1_000);
    });
  }

  private async typed(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { code = "" } = formValues(event.target as HTMLFormElement);
    if (!CODE.test(code)) {
      this.problem = { code: this.text.buyer.badCode };
      return;
    }
    await this.attempt(async () => {
      const { customer, cut } = await this.session.customers.logIn(this.phone, code);
      this.cut = cut;
      this.phone = "";
      this.session.customerIs(customer);
      this.dispatchEvent(new CustomEvent("account-in"));
    });
  }

  private async logOut(): Promise<void> {
    await this.attempt(async () => {
      await this.session.customers.logOut();
      this.cut = [];
      this.session.customerIs(null);
    });
  }

  private otherPhone(): void {
    this.phone = "";
    this.problem = {};
    this.wrong = "";
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.wrong = "";
    this.problem = {};
    try {
      await act();
    } catch (error) {
      const problem = error as Problem;
      const shown = this.phone === "" ? "phone" : "code";
      this.problem = { [shown]: problem.at(shown) };
      this.wrong = problemText(problem, this.text, [shown]);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("fenbo-account", FenboAccount);

export function accountLine(session: RoomSession, text: Text, open: () => void): TemplateResult | typeof nothing {
  const { here } = session;
  if (here === null || (!here.login && here.customer === null)) return nothing;
  const words = here.customer === null ? text.buyer.logIn : text.buyer.loggedInAs(here.customer.phone);
  return html`<button class="plain account" @click=${open}>${words}</button>`;
}
