import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Address } from "../api/customer.ts";
import type { Problem } from "../api/problem.ts";
import type { Contact } from "../api/types.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { EMPTY, wrongContact } from "./contact.ts";
import type { RoomSession } from "./session.ts";

const FIELDS = ["name", "phone", "address"] as const;

/** A customer's addresses: masked in the list, whole while one of them is being changed. */
export class FenboAddressBook extends LitElement {
  static override properties = {
    session: { attribute: false },
    addresses: { attribute: false },
    text: { attribute: false },
    editing: { state: true },
    busy: { state: true },
    wrong: { state: true },
    problem: { state: true },
  };
  declare session: RoomSession;
  declare addresses: readonly Address[];
  declare text: Text;
  /** What is in the form; `id` null: a new one. */
  declare editing: { id: string | null; contact: Contact; default: boolean } | null;
  declare busy: boolean;
  declare wrong: string;
  declare problem: Readonly<Record<string, string>>;

  constructor() {
    super();
    this.editing = null;
    this.busy = false;
    this.wrong = "";
    this.problem = {};
  }

  static override styles = [
    base,
    formStyle,
    css`
      h3 {
        margin: 8px 0 4px;
        font-size: 16px;
      }
      li {
        padding: 10px 0;
        border-bottom: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 6px;
      }
      .tick {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .tick input {
        width: 24px;
        min-height: 24px;
      }
      .first {
        color: var(--good);
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("problem")) focusFirstWrong(this.renderRoot);
  }

  override render() {
    const { buyer } = this.text;
    return html`<h3>${buyer.addresses}</h3>
      ${this.addresses.length === 0 ? html`<p class="hint">${buyer.noAddresses}</p>` : nothing}
      <ul>
        ${this.addresses.map((address) => this.line(address))}
      </ul>
      <p class="wrong" role="alert">${this.wrong}</p>
      ${
        this.editing === null
          ? html`<div class="row"><button class="plain" ?disabled=${this.busy} @click=${() => this.edit(null, EMPTY, false)}>${buyer.addAddress}</button></div>`
          : this.form(this.editing)
      }`;
  }

  private line(address: Address): TemplateResult {
    const { buyer } = this.text;
    return html`<li>
      <p><b>${address.name}</b> ${address.phone} ${address.default ? html`<span class="hint first">${buyer.isDefault}</span>` : nothing}</p>
      <p class="hint">${address.address}</p>
      <div class="row">
        <button class="plain" aria-label=${buyer.changeAddress(address.name)} ?disabled=${this.busy} @click=${() => this.open(address)}>${buyer.change}</button>
        <button class="plain" aria-label=${buyer.removeAddress(address.name)} ?disabled=${this.busy} @click=${() => this.drop(address)}>${buyer.remove}</button>
      </div>
    </li>`;
  }

  private form({ contact, default: first }: NonNullable<FenboAddressBook["editing"]>): TemplateResult {
    const { text, problem } = this;
    return html`<form novalidate @submit=${this.submitted}>
      ${field({ label: text.contactName, name: "name", value: contact.name, wrong: problem.name ?? "", autocomplete: "name", required: true })}
      ${field({ label: text.contactPhone, name: "phone", value: contact.phone, wrong: problem.phone ?? "", type: "tel", autocomplete: "tel", required: true })}
      ${field({ label: text.contactAddress, name: "address", value: contact.address, wrong: problem.address ?? "", autocomplete: "street-address", rows: 2, required: true })}
      <label class="tick"><input type="checkbox" name="default" ?checked=${first} />${text.buyer.makeDefault}</label>
      <div class="row">
        <button class="fill" ?disabled=${this.busy}>${text.buyer.save}</button>
        <button class="plain" type="button" @click=${this.cancel}>${text.buyer.cancel}</button>
      </div>
    </form>`;
  }

  private edit(id: string | null, contact: Contact, first: boolean): void {
    this.editing = { id, contact, default: first };
    this.problem = {};
    this.wrong = "";
  }

  private cancel(): void {
    this.editing = null;
  }

  private async open(address: Address): Promise<void> {
    await this.attempt(async () => {
      const whole = await this.session.customers.address(address.address_id);
      this.edit(address.address_id, whole, whole.default);
    });
  }

  private async submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { name = "", phone = "", address = "", ...rest } = formValues(event.target as HTMLFormElement);
    const contact = { name, phone, address };
    const id = this.editing?.id ?? null;
    this.editing = { id, contact, default: rest.default !== undefined };
    this.problem = wrongContact(contact, this.text);
    if (Object.keys(this.problem).length > 0) return;
    await this.attempt(async () => {
      await this.session.customers.putAddress(id, { ...contact, default: rest.default !== undefined });
      await this.session.refreshCustomer();
      this.editing = null;
    });
  }

  private async drop(address: Address): Promise<void> {
    await this.attempt(async () => {
      await this.session.customers.removeAddress(address.address_id);
      await this.session.refreshCustomer();
    });
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.wrong = "";
    try {
      await act();
    } catch (error) {
      const problem = error as Problem;
      this.problem = Object.fromEntries(FIELDS.map((name) => [name, problem.at(name)]));
      this.wrong = problemText(problem, this.text, FIELDS);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("fenbo-address-book", FenboAddressBook);
