import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { CustomerHere } from "../api/customer.ts";
import type { Problem } from "../api/problem.ts";
import type { Checkout, Contact, Money, Order, OrderLine } from "../api/types.ts";
import { newId } from "../ids.ts";
import { formatMoney } from "../money.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { quantity, quantityStyle } from "../ui/quantity.ts";
import { Attempts, type Buying } from "./attempt.ts";
import { rememberContact, rememberedContact, wrongContact } from "./contact.ts";
import { QUANTITY_MAX } from "./prices.ts";
import type { RoomSession } from "./session.ts";
import { drawer } from "./storage.ts";

const FIELDS = ["name", "phone", "address", "note"] as const;
type Field = (typeof FIELDS)[number];

/**
 * Contact and the one button that orders. With `single` that line is bought, else the cart. Says `checkout-placed` (detail: the
 * order) and `checkout-quantity` (detail: a number).
 */
export class FenboCheckout extends LitElement {
  static override properties = {
    session: { attribute: false },
    here: { attribute: false },
    text: { attribute: false },
    single: { attribute: false },
    lines: { attribute: false },
    most: { attribute: false },
    chosen: { state: true },
    busy: { state: true },
    wrong: { state: true },
    problem: { state: true },
  };
  declare session: RoomSession;
  declare here: CustomerHere | null;
  /** The address of the book that was chosen; "" is another one, null the book's own first. */
  declare chosen: string | null;
  declare text: Text;
  declare single: boolean;
  declare lines: readonly OrderLine[];
  declare most: number;
  declare busy: boolean;
  declare wrong: string;
  declare problem: Readonly<Partial<Record<Field, string>>>;
  private contact: Contact = rememberedContact(drawer("localStorage"));

  constructor() {
    super();
    this.most = QUANTITY_MAX;
    this.here = null;
    this.chosen = null;
    this.busy = false;
    this.wrong = "";
    this.problem = {};
  }

  static override styles = [
    base,
    formStyle,
    quantityStyle,
    css`
      ul {
        margin-bottom: 14px;
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        padding: 8px 0;
        border-bottom: 1px solid var(--sheet-line);
      }
      .name {
        overflow-wrap: anywhere;
      }
      .hint {
        display: block;
      }
      .amount {
        font-weight: 700;
        white-space: nowrap;
      }
      .fill {
        width: 100%;
      }
      fieldset {
        display: grid;
        gap: 4px;
        margin: 0;
        padding: 8px 12px;
        border: 1px solid var(--sheet-line);
        border-radius: 12px;
      }
      .choice {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 44px;
        color: var(--sheet-text);
        overflow-wrap: anywhere;
      }
      .choice input {
        flex: none;
        width: 22px;
        min-height: 22px;
      }
    `,
  ];

  override render() {
    const { text, problem } = this;
    return html`
      <ul>
        ${this.lines.map((line) => this.line(line))}
      </ul>
      <form novalidate @submit=${this.submitted}>
        ${this.book()} ${this.address === "" ? this.typed() : nothing}
        ${field({ label: text.buyer.note, name: "note", wrong: problem.note ?? "" })}
        <p class="wrong" role="alert">${this.wrong}</p>
        <button class="fill" ?disabled=${this.busy || this.lines.length === 0}>
          ${this.busy ? text.placing : text.placeOrder(this.total === null ? "" : formatMoney(this.total, text.language))}
        </button>
      </form>
    `;
  }

  /** The book's addresses to choose from; for a guest the way to his own, where there is one. */
  private book(): TemplateResult | typeof nothing {
    const { buyer } = this.text;
    const addresses = this.here?.customer?.addresses ?? [];
    if (this.here?.login === true && this.here.customer === null) {
      return html`<button class="plain" type="button" @click=${() => this.dispatchEvent(new CustomEvent("checkout-login"))}>${buyer.logIn}</button>`;
    }
    if (addresses.length === 0) return nothing;
    const choice = (id: string, words: string) =>
      html`<label class="choice"><input type="radio" name="book" .checked=${this.address === id} @change=${() => this.choose(id)} />${words}</label>`;
    return html`<fieldset>
      <legend>${buyer.sendTo}</legend>
      ${addresses.map((each) => choice(each.address_id, `${each.name} ${each.phone} ${each.address}`))}
      ${choice("", buyer.elsewhere)}
    </fieldset>`;
  }

  private typed(): TemplateResult {
    const { text, problem, contact } = this;
    return html`
      ${field({ label: text.contactName, name: "name", value: contact.name, wrong: problem.name ?? "", autocomplete: "name", required: true })}
      ${field({ label: text.contactPhone, name: "phone", value: contact.phone, wrong: problem.phone ?? "", type: "tel", autocomplete: "tel", required: true })}
      ${field({ label: text.contactAddress, name: "address", value: contact.address, wrong: problem.address ?? "", autocomplete: "street-address", rows: 2, required: true })}
      ${
        this.here?.customer
          ? html`<label class="choice"><input type="checkbox" name="keep" checked />${text.buyer.keepAddress}</label>`
          : html`<p class="hint">${text.remembered}</p>`
      }
    `;
  }

  /** The address of the book that the order goes to, "" when one is typed in. */
  private get address(): string {
    const addresses = this.here?.customer?.addresses ?? [];
    const first = addresses.find((each) => each.default) ?? addresses[0];
    return this.chosen ?? first?.address_id ?? "";
  }

  private choose(id: string): void {
    this.chosen = id;
  }

  private line(line: OrderLine) {
    const { text } = this;
    return html`<li>
      <span class="name"
        >${line.product_name}${line.name === line.product_name ? nothing : html`<span class="hint">${line.name}</span>`}</span
      >
      ${
        this.single
          ? quantity({
              text,
              value: line.quantity,
              least: 1,
              most: Math.max(1, this.most),
              change: (value) => this.tell("checkout-quantity", value),
            })
          : html`<span class="tabular">× ${line.quantity}</span>`
      }
      <span class="amount tabular">${formatMoney(line.amount, text.language)}</span>
    </li>`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("problem")) focusFirstWrong(this.renderRoot);
  }

  private get total(): Money | null {
    const first = this.lines[0];
    if (first === undefined) return null;
    const minor = this.lines.reduce((sum, line) => sum + line.amount.minor, 0);
    return { minor, currency: first.amount.currency };
  }

  private async submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const values = formValues(event.target as HTMLFormElement);
    const { address } = this;
    this.wrong = "";
    this.problem = {};
    if (address === "") {
      this.contact = { name: values.name ?? "", phone: values.phone ?? "", address: values.address ?? "" };
      this.problem = wrongContact(this.contact, this.text);
    }
    if (Object.keys(this.problem).length > 0) return;
    const where = address === "" ? { contact: this.contact } : { address };
    await this.place({ ...where, ...(values.note ? { note: values.note } : {}) });
    if (address === "" && values.keep !== undefined && this.wrong === "") this.keep();
  }

  /** The order stands whether or not the book takes its address too. */
  private keep(): void {
    const { customers } = this.session;
    customers.putAddress(null, { ...this.contact, default: false }).then(
      () => this.session.refreshCustomer(),
      () => undefined,
    );
  }

  private async place(where: Pick<Checkout, "contact" | "address" | "note">): Promise<void> {
    const buying: Buying = this.single ? this.lines.map(({ sku, quantity: n }) => ({ sku, quantity: n })) : null;
    const attempts = new Attempts(drawer("sessionStorage"), this.session.api.room, newId);
    const checkout: Checkout = { client_order_id: attempts.idFor(buying), ...where };
    const shown = this.session.pictureAt();
    if (shown !== null) checkout.picture_at = new Date(shown).toISOString();
    if (buying !== null) checkout.lines = [...buying];
    const total = this.total;
    if (total !== null) checkout.total = total;
    this.busy = true;
    try {
      const order = await this.session.api.placeOrder(checkout);
      attempts.close(buying);
      if (where.contact !== undefined) rememberContact(drawer("localStorage"), where.contact);
      this.session.refreshCart();
      this.tell("checkout-placed", order);
    } catch (error) {
      this.refused(error as Problem, () => attempts.close(buying));
    } finally {
      this.busy = false;
    }
  }

  /** Undecided (no answer, overload): the attempt stays open and its id is used again. */
  private refused(problem: Problem, close: () => void): void {
    if (problem.final) close();
    if (problem.word === "price-changed") this.session.refreshCart();
    this.problem = Object.fromEntries(FIELDS.map((name) => [name, problem.at(name)]));
    if (problem.status === 0) this.wrong = this.text.unsure;
    else if (problem.word === "price-changed") this.wrong = this.text.priceChanged;
    else if (problem.at("client_order_id") !== "") this.wrong = this.text.conflict;
    else this.wrong = problemText(problem, this.text, FIELDS);
  }

  private tell(what: string, detail: Order | number): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("fenbo-checkout", FenboCheckout);
