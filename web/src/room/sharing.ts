import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { RoomApi } from "../api/room-api.ts";
import type { ShareTerms, Sharing } from "../api/sharers-api.ts";
import type { Money } from "../api/types.ts";
import { formatPercent } from "../hq/rates.ts";
import { formatMoney } from "../money.ts";
import type { Text } from "../text/room.ts";
import { type SharersText, sharersEn } from "../text/sharers-en.ts";
import { sharersZh } from "../text/sharers-zh.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import "../ui/links.ts";
import "../ui/payee.ts";

/** What a sharer's own links came to: visits, invites with the reasons of those refused, orders, what he earns. */
export class FenboSharing extends LitElement {
  static override properties = {
    api: { attribute: false },
    text: { attribute: false },
    guest: { type: Boolean },
    known: { type: Boolean },
    code: {},
    found: { state: true },
  };
  declare api: RoomApi;
  declare text: Text;
  /** He has not logged in, and could. */
  declare guest: boolean;
  /** He has logged in. */
  declare known: boolean;
  /** Of the link that he passes on. */
  declare code: string;
  declare found: Sharing | null;

  constructor() {
    super();
    this.guest = false;
    this.known = false;
    this.code = "";
    this.found = null;
  }

  static override styles = [
    base,
    css`
      :host {
        display: block;
        width: 100%;
        text-align: start;
      }
      section {
        display: grid;
        gap: 10px;
        padding-top: 14px;
        border-top: 1px solid var(--sheet-line);
      }
      h3 {
        font-size: 16px;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 8px;
      }
      .figure {
        padding: 10px;
        border-radius: 12px;
        background: var(--sheet-soft);
      }
      .figure strong {
        display: block;
        font-size: 20px;
        overflow-wrap: anywhere;
      }
      .dim {
        color: var(--sheet-dim);
        font-size: 13px;
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        padding: 6px 0;
      }
      .rates li {
        display: list-item;
        margin-inline-start: 20px;
        padding: 2px 0;
        list-style: disc;
      }
      .note {
        display: grid;
        gap: 6px;
        padding: 10px 12px;
        border-radius: 10px;
        background: #fff0d2;
        color: #6b4500;
      }
      .note .dim {
        color: inherit;
      }
      .plain {
        width: 100%;
      }
      .wrong {
        color: var(--wrong);
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  override render() {
    const { found } = this;
    if (found === null) return nothing;
    const words = this.text.language.startsWith("zh") ? sharersZh : sharersEn;
    return html`<section aria-label=${words.mine}>
      <h3>${words.mine}</h3>
      ${this.terms(found.share, words)}
      ${found.lowered.map((each) => this.announced(each, words))}
      <div class="figures">
        ${this.figure(words.clicks, String(found.clicks), words.people(found.people))}
        ${this.figure(words.invites, String(found.invites.qualified ?? 0), "")}
        ${this.figure(words.orders, String(found.orders), this.money(found.paid))}
      </div>
      ${this.refused(found, words)} ${this.earned(found, words)}
      <fenbo-links mine .api=${this.api.links} .latest=${this.code} .text=${this.text} @link-revoked=${this.revoked}></fenbo-links>
      ${this.known ? html`<fenbo-payee mine .api=${this.api.payees} .text=${this.text}></fenbo-payee>` : nothing}
      ${this.guest ? html`<button class="plain" @click=${this.logIn}>${words.logIn}</button>` : nothing}
    </section>`;
  }

  private money(money: Money): string {
    return formatMoney(money, this.text.language);
  }

  private terms({ rates, invite, cap_ppm }: ShareTerms, words: SharersText): TemplateResult {
    const said = rates.map(({ ppm, fixed, goods, show }) => {
      const percent = ppm === 0 ? words.nothing : words.percent(formatPercent(ppm));
      return words.rate(fixed === null ? percent : words.piece(this.money(fixed)), goods, show);
    });
    const pays = rates.some(({ ppm, fixed }) => ppm > 0 || fixed !== null);
    return html`${
      pays
        ? html`<div>
            <p>${words.earns}</p>
            <ul class="rates">${said.map((each) => html`<li><strong>${each}</strong></li>`)}</ul>
            <p class="dim">${words.cap(formatPercent(cap_ppm))}</p>
          </div>`
        : html`<p>${words.noShare}</p>`
    }
    ${invite === null ? nothing : html`<p>${words.terms(this.money(invite.reward), invite.seconds)}</p>`}`;
  }

  /** What is announced and pays less. */
  private announced(terms: ShareTerms, words: SharersText): TemplateResult {
    const { language } = this.text;
    const ended = terms.invite === null && this.found?.share.invite !== null;
    const from = terms.effective_at === null ? "" : formatMoment(terms.effective_at, language);
    return html`<div class="note" role="note"><strong>${words.lowered(from)}</strong>${this.terms(terms, words)}${ended ? html`<p>${words.noInvite}</p>` : nothing}</div>`;
  }

  private figure(label: string, value: string, more: string): TemplateResult {
    return html`<div class="figure">
      <span class="dim">${label}</span><strong class="tabular">${value}</strong><span class="dim">${more}</span>
    </div>`;
  }

  private refused({ invites }: Sharing, words: SharersText) {
    const said = Object.entries(invites).flatMap(([why, n]) => {
      const reason = words.outcomes[why];
      return reason === undefined ? [] : [html`<li><span>${reason}</span><span class="tabular">${n}</span></li>`];
    });
    if (said.length === 0) return nothing;
    return html`<div><p class="dim">${words.invites} · ${words.refused}</p><ul>${said}</ul></div>`;
  }

  private earned({ earned, owed }: Sharing, words: SharersText) {
    const lines = Object.entries(earned).flatMap(([kind, states]) =>
      Object.entries(states).flatMap(([state, money]) =>
        money.minor === 0
          ? []
          : [
              html`<li>
                <span>${words.kinds[kind] ?? kind} · ${words.states[state] ?? state}</span>
                <strong class="tabular">${this.money(money)}</strong>
              </li>`,
            ],
      ),
    );
    if (lines.length === 0 && owed.minor === 0) return nothing;
    return html`<div>
      <p class="dim">${words.earned}</p>
      <ul>
        ${lines}
        ${owed.minor === 0 ? nothing : html`<li class="wrong"><span>${words.owed}</span><strong class="tabular">${this.money(owed)}</strong></li>`}
      </ul>
    </div>`;
  }

  private revoked({ detail }: CustomEvent<string>): void {
    this.dispatchEvent(new CustomEvent("link-revoked", { detail }));
  }

  private logIn(): void {
    this.dispatchEvent(new CustomEvent("sharing-login"));
  }

  private async load(): Promise<void> {
    // The link is what he came for: where the figures cannot be had, it stands alone.
    this.found = await this.api.sharing().catch(() => null);
  }
}

customElements.define("fenbo-sharing", FenboSharing);
