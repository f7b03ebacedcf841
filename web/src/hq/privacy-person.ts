import { html, nothing, type TemplateResult } from "lit";
import type { Person } from "../api/hq-privacy.ts";
import { Problem } from "../api/problem.ts";
import { field, formValues } from "../ui/form.ts";
import { PrivacyPart } from "./privacy-part.ts";

/** One person: what is known about him, kept for a legal reason, or erased once it was asked twice. */
export class FenboPrivacyPerson extends PrivacyPart {
  static override properties = {
    ...PrivacyPart.properties,
    found: { state: true },
    asking: { state: true },
    refused: { state: true },
    done: { state: true },
  };
  declare found: Person | null;
  /** Whether he is asked if he means it. */
  declare asking: boolean;
  /** Whether what was refused is the erasure. */
  declare refused: boolean;
  declare done: string;

  constructor() {
    super();
    this.found = null;
    this.asking = false;
    this.refused = false;
    this.done = "";
  }

  override render() {
    const { privacy } = this.text;
    return html`<section class="panel" aria-label=${privacy.person}>
      <h2>${privacy.person}</h2>
      <p class="hint">${privacy.personHint}</p>
      <form novalidate @submit=${this.find}>
        ${field({ label: privacy.who, name: "who", wrong: this.wrongAt("who"), required: true })}
        <p><button class="act main">${privacy.find}</button></p>
      </form>
      <p class="wrong" role="alert">${this.refused ? `${privacy.notErased} ${this.why()}` : this.besides(["who", "reason"])}</p>
      ${this.found === null ? nothing : this.person(this.found)}
      <p role="status">${this.done}</p>
    </section>`;
  }

  private person(found: Person): TemplateResult {
    const { privacy } = this.text;
    return html`<h3>${privacy.found(found.viewer)}</h3>
      <p class="row">
        <a class="act" href=${this.api.dataUrl(found.viewer)} download="data-${found.viewer}.json">${privacy.data}</a>
        ${this.asking ? nothing : html`<button class="act hard" @click=${this.ask(true)}>${privacy.erase}</button>`}
      </p>
      ${this.asking ? this.sure(found) : nothing} ${this.holding(found)}`;
  }

  private sure({ viewer }: Person): TemplateResult {
    const { privacy, cancel } = this.text;
    return html`<div class="note" role="alert">
      <p>${privacy.eraseSure(viewer)}</p>
      <p class="row">
        <button class="act hard" @click=${() => this.erase(viewer)}>${privacy.eraseYes}</button>
        <button class="act" @click=${this.ask(false)}>${cancel}</button>
      </p>
    </div>`;
  }

  private holding({ order }: Person): TemplateResult {
    const { privacy } = this.text;
    return html`<details><summary>${privacy.hold}</summary>
      <p class="hint">${privacy.holdHint}</p>
      <form novalidate @submit=${this.hold}>
        ${
          order === null
            ? nothing
            : html`<label>${privacy.holdWhat}<select name="what">
                <option value="viewer">${privacy.holdPerson}</option>
                <option value="order">${privacy.holdOrder(order)}</option>
              </select></label>`
        }
        ${field({ label: privacy.reason, name: "reason", wrong: this.wrongAt("reason"), required: true })}
        <p><button class="act">${privacy.hold}</button></p>
      </form>
    </details>`;
  }

  private readonly ask = (asking: boolean) => () => {
    this.asking = asking;
  };

  private why(): string {
    return this.problem?.errors.map(({ detail }) => detail).join(" ") || this.besides([]);
  }

  private async find(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { who = "" } = formValues(event.target as HTMLFormElement);
    Object.assign(this, { found: null, asking: false, refused: false, done: "" });
    await this.attempt(async () => {
      this.found = await this.personOf(who);
    });
  }

  private async personOf(who: string): Promise<Person> {
    const wrong = (detail: string) => new Problem(404, "", [{ field: "who", detail }]);
    if (who === "") throw wrong(this.text.required);
    try {
      return await this.api.person(who);
    } catch (problem) {
      throw problem instanceof Problem && problem.status === 404 ? wrong(this.text.privacy.nobody) : problem;
    }
  }

  private async erase(viewer: string): Promise<void> {
    this.asking = false;
    this.done = "";
    const done = await this.attempt(async () => {
      const { orders } = await this.api.erase(viewer);
      this.done = this.text.privacy.erased(orders);
    });
    this.refused = !done;
    this.moved();
  }

  private async hold(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { found } = this;
    if (found === null) return;
    const { what, reason = "" } = formValues(event.target as HTMLFormElement);
    const { viewer, order } = found;
    this.refused = false;
    this.done = "";
    await this.attempt(async () => {
      await this.api.hold(what === "order" && order !== null ? { order } : { viewer }, reason);
      this.done = this.text.privacy.held;
    });
    this.moved();
  }
}

customElements.define("fenbo-privacy-person", FenboPrivacyPerson);
