import { css, html, LitElement, type TemplateResult } from "lit";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { icons } from "../ui/icons.ts";

const CHAT_CHARS_MAX = 160; // three bytes each for Chinese: within the 500 bytes of a line
const HEARTS_MAX = 12; // drawn at once

/** What one does in a room: shelf, say something, cart, like. Says `bar-shelf`, `bar-cart`, `bar-like`, `bar-say` (detail: the text). */
export class FenboBar extends LitElement {
  static override properties = {
    text: { attribute: false },
    goods: { type: Number },
    carted: { type: Number },
    likes: { type: Number },
    complaint: {},
    wait: { type: Number },
    hearts: { state: true },
  };
  declare text: Text;
  declare goods: number;
  declare carted: number;
  declare likes: number;
  declare complaint: string;
  declare wait: number;
  declare hearts: readonly number[];
  private heart = 0;

  constructor() {
    super();
    this.hearts = [];
  }

  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: relative;
        color: var(--stage-text);
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 8px 10px calc(10px + env(safe-area-inset-bottom));
      }
      .round {
        position: relative;
        flex: none;
        display: grid;
        place-items: center;
        width: 46px;
        height: 46px;
        border-radius: 50%;
        background: var(--stage-raised);
      }
      .round.shelf {
        background: var(--accent);
        color: var(--on-accent);
      }
      .count {
        position: absolute;
        top: -4px;
        right: -4px;
        min-width: 20px;
        padding: 0 5px;
        border-radius: 10px;
        background: #fff;
        color: #16181d;
        font-size: 12px;
        font-weight: 700;
        line-height: 20px;
      }
      form {
        position: relative;
        flex: 1;
        min-width: 0;
      }
      input {
        width: 100%;
        height: 46px;
        padding: 0 48px 0 16px;
        border: 1px solid transparent;
        border-radius: 23px;
        background: var(--stage-raised);
        color: var(--stage-text);
        font-size: 16px; /* smaller, and phones zoom in */
      }
      input::placeholder {
        color: var(--stage-dim);
        opacity: 1;
      }
      form button {
        position: absolute;
        right: 1px;
        top: 1px;
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        color: var(--accent-dark);
      }
      form button:disabled {
        color: #7b8494;
      }
      .complaint {
        padding: 4px 16px 0;
        color: #ffb3b3;
        font-size: 14px;
      }
      .heart {
        position: absolute;
        right: 20px;
        bottom: 60px;
        color: var(--accent-dark);
        pointer-events: none;
        animation: float 1.4s ease-out forwards;
      }
      .heart svg {
        width: 28px;
        height: 28px;
        fill: currentColor;
      }
      .heart:nth-child(2n) {
        right: 34px;
        animation-duration: 1.8s;
      }
      @keyframes float {
        to {
          transform: translateY(-180px) rotate(-14deg);
          opacity: 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .heart {
          display: none;
        }
      }
      @container room (min-width: 900px) {
        .round.shelf {
          display: none;
        }
        .complaint {
          position: absolute;
          inset: auto 0 100%;
          padding: 8px 16px;
          background: #3a1d20;
        }
      }
    `,
  ];

  override render() {
    const { text, wait } = this;
    const complaint = wait > 0 ? `${this.complaint} ${text.waitSeconds(wait)}` : this.complaint;
    return html`
      <p class="complaint" role="alert" ?hidden=${complaint === ""}>${complaint}</p>
      <div class="bar">
        ${this.button("shelf", text.shelf, icons.bag, this.goods, () => this.tell("bar-shelf"))}
        <form @submit=${this.said} autocomplete="off">
          <input name="line" aria-label=${text.saySomething} placeholder=${text.saySomething} maxlength=${CHAT_CHARS_MAX} enterkeyhint="send" />
          <button aria-label=${text.send} ?disabled=${wait > 0}>${icons.send}</button>
        </form>
        ${this.button("cart", text.cart, icons.cart, this.carted, () => this.tell("bar-cart"))}
        ${this.button("like", `${text.like} (${text.likes(this.likes)})`, icons.heart, this.likes, () => this.liked())}
      </div>
      <div aria-hidden="true">
        ${this.hearts.map(() => html`<span class="heart" @animationend=${this.faded}>${icons.heart}</span>`)}
      </div>
    `;
  }

  private button(kind: string, label: string, icon: TemplateResult, count: number, press: () => void): TemplateResult {
    const shown = count > 999 ? `${Math.floor(count / 1000)}k` : count;
    const spoken = kind === "like" || count === 0 ? label : `${label} (${count})`;
    return html`<button class="round ${kind}" aria-label=${spoken} @click=${press}>
      ${icon}<span class="count tabular" ?hidden=${count === 0}>${shown}</span>
    </button>`;
  }

  private said(event: SubmitEvent): void {
    event.preventDefault();
    const input = this.renderRoot.querySelector("input") as HTMLInputElement;
    const line = input.value.trim();
    if (line === "" || this.wait > 0) return;
    input.value = "";
    this.tell("bar-say", line);
  }

  private liked(): void {
    if (this.hearts.length < HEARTS_MAX) this.hearts = [...this.hearts, this.heart++];
    this.tell("bar-like");
  }

  private faded(): void {
    this.hearts = this.hearts.slice(1);
  }

  private tell(what: string, detail?: string): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("fenbo-bar", FenboBar);
