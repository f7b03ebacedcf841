import { css, html, LitElement } from "lit";
import { base } from "./base.ts";
import { icons } from "./icons.ts";

/** A dialog that comes from below on a phone and stands in the middle on a desk. Says `sheet-close` when it is left. */
export class FenboSheet extends LitElement {
  static override properties = { heading: {}, closeLabel: {} };
  declare heading: string;
  declare closeLabel: string;

  static override styles = [
    base,
    css`
      dialog {
        border: 0;
        padding: 0;
        margin: auto auto 0;
        width: 100%;
        max-width: 520px;
        max-height: min(86dvh, 720px);
        border-radius: 18px 18px 0 0;
        background: var(--sheet);
        color: var(--sheet-text);
        overflow: hidden;
        animation: rise 0.22s ease-out;
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 55%);
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        padding: 14px 12px 10px 20px;
      }
      h2 {
        font-size: 18px;
      }
      .close {
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        color: var(--sheet-dim);
      }
      .body {
        overflow-y: auto;
        overscroll-behavior: contain;
        padding: 0 20px calc(20px + env(safe-area-inset-bottom));
      }
      @keyframes rise {
        from {
          transform: translateY(40px);
          opacity: 0;
        }
      }
      @media (min-width: 700px) {
        dialog {
          margin: auto;
          border-radius: 18px;
        }
      }
    `,
  ];

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  /** Ends it as the Escape key would: the focus goes back to where it came from. */
  close(): void {
    this.dialog.close();
  }

  override render() {
    return html`
      <dialog aria-labelledby="heading" @close=${this.closed} @click=${this.clicked}>
        <header>
          <h2 id="heading" tabindex="-1" autofocus>${this.heading}</h2>
          <button class="close" aria-label=${this.closeLabel} @click=${this.close}>${icons.close}</button>
        </header>
        <div class="body"><slot></slot></div>
      </dialog>
    `;
  }

  private get dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector("dialog") as HTMLDialogElement;
  }

  private closed(): void {
    this.dispatchEvent(new CustomEvent("sheet-close"));
  }

  /** A click beside the dialog lands on the dialog element itself, outside its box. */
  private clicked(event: MouseEvent): void {
    if (event.target !== this.dialog) return;
    const box = this.dialog.getBoundingClientRect();
    const inside = event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside || event.clientX < box.left || event.clientX > box.right) this.close();
  }
}

customElements.define("fenbo-sheet", FenboSheet);
