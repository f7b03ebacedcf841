import { css, html, nothing } from "lit";
import type { Invitation, InvitationsApi } from "../api/joining-api.ts";
import "../hq/copy.ts";
import { panel } from "../hq/style.ts";
import type { HqText } from "../text/hq-en.ts";
import { joiningEn } from "../text/joining-en.ts";
import { joiningZh } from "../text/joining-zh.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "./attempting.ts";
import { base } from "./base.ts";
import { field, formStyle, formValues } from "./form.ts";
import { Newest } from "./newest.ts";

const SHOWN_MAX = 20;

/** Invitations: made, copied once, taken back. With `channels` (headquarters) one says below which. */
export class FenboInvitations extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    channels: { attribute: false },
    text: { attribute: false },
    found: { state: true },
    url: { state: true },
  };
  declare api: InvitationsApi;
  declare channels: readonly { channel: string; name: string; state: string }[];
  declare text: HqText;
  /** Null for whom it is not. */
  declare found: readonly Invitation[] | null;
  declare url: string;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.channels = [];
    this.found = null;
    this.url = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
      }
      ul {
        margin-top: 12px;
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
    const show = (found: readonly Invitation[]) => Object.assign(this, { found });
    await this.newest.take(this.api.all(), show).catch(() => undefined); // what is shown stays
  }

  override render() {
    const { text, problem, found } = this;
    if (found === null) return nothing;
    const words = text.language.startsWith("zh") ? joiningZh : joiningEn;
    const channels = this.channels.filter((each) => each.state !== "closed");
    return html`<section class="panel" aria-label=${words.invitations}>
      <h2>${words.invitations}</h2>
      <form @submit=${this.make}>
        ${
          channels.length === 0
            ? nothing
            : html`<label>${text.partners.above}<select name="parent">
                ${channels.map((each) => html`<option value=${each.channel}>${each.name}</option>`)}
              </select></label>`
        }
        ${field({ label: text.partners.level, name: "level", wrong: problem?.at("level") ?? "" })}
        ${field({ label: words.days, name: "days", type: "number", value: "7", wrong: problem?.at("days") ?? "", required: true })}
        <p class="hint">${words.inviteHint}</p>
        <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text, ["level", "days"])}</p>
        <button class="act">${words.invite}</button>
      </form>
      ${this.url === "" ? nothing : html`<fenbo-copy value=${this.url} what=${words.link} .text=${text}></fenbo-copy>`}
      <ul>
        ${found.slice(0, SHOWN_MAX).map(
          (each) => html`<li class="row apart">
            <span>${each.parent.name}${each.level === "" ? "" : ` · ${each.level}`} <span class="dim small">${words.invitationStates[each.state]} · ${new Date(each.expires_at).toLocaleString(text.language)}</span></span>
            ${each.state === "open" ? html`<button class="act" @click=${() => this.act(() => this.api.revoke(each.invitation))}>${words.revoke}</button>` : nothing}
          </li>`,
        )}
      </ul>
    </section>`;
  }

  private async make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { parent, level = "", days = "" } = formValues(event.target as HTMLFormElement);
    const wanted = { level, days: Number(days), ...(parent === undefined ? {} : { parent }) };
    await this.act(async () => {
      this.url = (await this.api.make(wanted)).url;
    });
  }

  /** Does it, and shows how everything is then. */
  private async act(what: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(what);
    await this.load();
    return done;
  }
}

customElements.define("fenbo-invitations", FenboInvitations);
