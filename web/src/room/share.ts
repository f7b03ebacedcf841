import { css, html, LitElement, nothing } from "lit";
import type { Problem } from "../api/problem.ts";
import type { RoomApi, Share } from "../api/room-api.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import "./sharing.ts";

/** The viewer's own link into this room: as an address, as a QR code, as a poster to keep. */
export class FenboShare extends LitElement {
  static override properties = {
    api: { attribute: false },
    text: { attribute: false },
    guest: { type: Boolean },
    known: { type: Boolean },
    share: { state: true },
    copied: { state: true },
    noPoster: { state: true },
    wrong: { state: true },
  };
  declare api: RoomApi;
  declare text: Text;
  /** He has not logged in, and could. */
  declare guest: boolean;
  /** He has logged in. */
  declare known: boolean;
  declare share: Share | null;
  declare copied: boolean;
  declare noPoster: boolean;
  declare wrong: string;

  constructor() {
    super();
    this.guest = false;
    this.known = false;
    this.share = null;
    this.copied = false;
    this.noPoster = false;
    this.wrong = "";
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 12px;
        justify-items: center;
        text-align: center;
      }
      img {
        width: min(100%, 300px);
        border: 1px solid var(--sheet-line);
        border-radius: 12px;
      }
      .act {
        display: grid;
        place-items: center;
        min-height: 44px;
        width: min(100%, 300px);
        border-radius: 12px;
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 700;
        text-decoration: none;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  override render() {
    const { share, text } = this;
    const { talk } = text;
    if (share === null) return html`<p role="status">${this.wrong || text.loading}</p>`;
    return html`${
      this.noPoster
        ? html`<img src=${path(share.qr_url)} alt=${talk.qr} width="300" height="300" />`
        : html`<img src=${path(share.poster_url)} alt=${talk.poster} width="300" height="480" @error=${this.posterFailed} />`
    }
      <p>${talk.shareHint}</p>
      <code>${share.url}</code>
      <button class="act" @click=${this.copy}>${this.copied ? talk.copied : talk.copyLink}</button>
      ${this.noPoster ? nothing : html`<a class="act" href=${path(share.poster_url)} download="poster.png">${talk.savePoster}</a>`}
      <fenbo-sharing .api=${this.api} .text=${text} .guest=${this.guest} .known=${this.known} .code=${share.code} @link-revoked=${this.revoked} @sharing-login=${() => this.dispatchEvent(new CustomEvent("share-login"))}></fenbo-sharing>`;
  }

  /** In place of the one that he took back he has another. */
  private revoked({ detail }: CustomEvent<string>): void {
    if (detail === this.share?.code) void this.load();
    this.copied = false;
  }

  private posterFailed(): void {
    this.noPoster = true;
  }

  private async copy(): Promise<void> {
    await navigator.clipboard?.writeText(this.share?.url ?? "").catch(() => undefined);
    this.copied = true;
  }

  private async load(): Promise<void> {
    try {
      this.share = await this.api.share();
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

/** The page reaches the server by its own address, whatever the configured one is. */
function path(url: string): string {
  return new URL(url).pathname;
}

customElements.define("fenbo-share", FenboShare);
