import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { Problem } from "../api/problem.ts";
import type { Checkout, Contact, Order, OrderLine } from "../api/types.ts";
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

const FIELDS = ["name", "phone", "address"] as const;
type Field = (typeof FIELDS)[number];

/**
 * Contact and the one button that orders. With `single` that line is bought, else the cart. Says `checkout-placed` (detail: the
 * order) and `checkout-quantity` (detail: a number).
 */
export class FenboCheckout extends LitElement {
  static override properties = {
    session: { attribute: false },
    text: { attribute: false },
    single: { attribute: false },
    lines: { attribute: false },
    most: { attribute: false },
    busy: { state: true },
    wrong: { state: true },
    problem: { state: true },
  };
  declare session: RoomSession;
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
    `,
  ];

  override render() {
    const { text, problem, contact } = this;
    return html`
      <ul>
        ${this.lines.map((line) => this.line(line))}
      </ul>
      <form novalidate @submit=${this.submitted}>
        ${field({ label: text.contactName, name: "name", value: contact.name, wrong: problem.name ?? "", autocomplete: "name", required: true })}
        ${field({ label: text.contactPhone, name: "phone", value: contact.phone, wrong: problem.phone ?? "", type: "tel", autocomplete: "tel", required: true })}
        ${field({ label: text.contactAddress, name: "address", value: contact.address, wrong: problem.address ?? "", autocomplete: "street-address", rows: 2, required: true })}
        <p class="hint">${text.remembered}</p>
        <p class="wrong" role="alert">${this.wrong}</p>
        <button class="fill" ?disabled=${this.busy || this.lines.length === 0}>
          ${this.busy ? text.placing : text.placeOrder(this.total())}
        </button>
      </form>
    `;
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

  private total(): string {
    const first = this.lines[0];
    if (first === undefined) return "";
    const minor = this.lines.reduce((sum, line) => sum + line.amount.minor, 0);
    return formatMoney({ minor, currency: first.amount.currency }, this.text.language);
  }

  private async submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const values = formValues(event.target as HTMLFormElement);
    this.contact = { name: values.name ?? "", phone: values.phone ?? "", address: values.address ?? "" };
    this.problem = wrongContact(this.contact, this.text);
    this.wrong = "";
    if (Object.keys(this.problem).length === 0) await this.place();
  }

  private async place(): Promise<void> {
    const buying: Buying = this.single ? this.lines.map(({ sku, quantity: n }) => ({ sku, quantity: n })) : null;
    const attempts = new Attempts(drawer("sessionStorage"), this.session.api.room, newId);
    const checkout: Checkout = { client_order_id: attempts.idFor(buying), contact: this.contact };
    if (buying !== null) checkout.lines = [...buying];
    this.busy = true;
    try {
      const order = await this.session.api.placeOrder(checkout);
      attempts.close(buying);
      rememberContact(drawer("localStorage"), this.contact);
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
    this.problem = Object.fromEntries(FIELDS.map((name) => [name, problem.at(name)]));
    if (problem.status === 0) this.wrong = this.text.unsure;
    else if (problem.at("client_order_id") !== "") this.wrong = this.text.conflict;
    else this.wrong = problemText(problem, this.text, FIELDS);
  }

  private tell(what: string, detail: Order | number): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("fenbo-checkout", FenboCheckout);
