import { css, html, LitElement } from "lit";
import type { Channel } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import "./applications.ts";
import "./channel-card.ts";
import "./disputes.ts";
import "./tree-terms.ts";
import "../ui/invitations.ts";
import "../ui/links.ts";
import { problemText } from "../text/problems.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Roles that may take links back (signaling/permissions.py). */
const MAKES_LINKS: ReadonlySet<string> = new Set(["owner", "operator"]);
const FIELDS = ["name", "room", "level"];

/** The channels and their rooms, and the form for one more. */
export class FenboChannels extends LitElement {
  static override properties = {
    store: { attribute: false },
    channels: { attribute: false },
    text: { attribute: false },
    problem: { state: true },
  };
  declare store: HqStore;
  declare channels: readonly Channel[];
  declare text: HqText;
  declare problem: Problem | null;

  constructor() {
    super();
    this.problem = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr));
        gap: 16px;
        align-items: start;
      }
    `,
  ];

  override render() {
    const { text, problem } = this;
    return html`${this.channels.map(
      (channel) =>
        html`<fenbo-channel-card .store=${this.store} .channel=${channel} .channels=${this.channels} .text=${text}></fenbo-channel-card>`,
    )}
      <section class="panel" aria-label=${text.newChannel}>
        <h2>${text.newChannel}</h2>
        <form @submit=${this.create}>
          ${field({ label: text.name, name: "name", wrong: problem?.at("name") ?? "", required: true })}
          ${field({ label: text.slug, name: "room", wrong: problem?.at("room") ?? "" })}
          <p class="hint">${text.slugHint}</p>
          <label
            >${text.partners.above}
            <select name="parent">
              ${this.channels.filter((each) => each.state !== "closed").map((each) => html`<option value=${each.channel} ?selected=${each.house}>${each.name}</option>`)}
            </select>
          </label>
          ${field({ label: text.partners.level, name: "level", wrong: problem?.at("level") ?? "" })}
          <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text, FIELDS)}</p>
          <button class="act main">${text.create}</button>
        </form>
      </section>
      <fenbo-applications .store=${this.store} .channels=${this.channels} .text=${text}></fenbo-applications>
      <fenbo-invitations .api=${this.store.api.joining} .channels=${this.channels} .text=${text}></fenbo-invitations>
      <fenbo-links .api=${this.store.api.links} .channels=${this.channels} ?keeps=${!MAKES_LINKS.has(this.store.me?.role ?? "")} .text=${text}></fenbo-links>
      <fenbo-disputes .store=${this.store} .text=${text}></fenbo-disputes>
      <fenbo-tree-terms .store=${this.store} .text=${text}></fenbo-tree-terms>`;
  }

  private async create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { name = "", room = "", parent = "", level = "" } = formValues(form);
    try {
      await this.store.api.createChannel(name, room, parent, level);
      this.problem = null;
      form.reset();
      this.store.refresh();
    } catch (error) {
      this.problem = error as Problem;
    }
  }
}

customElements.define("fenbo-channels", FenboChannels);
