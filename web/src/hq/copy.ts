import { css, html, LitElement } from "lit";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { icons } from "../ui/icons.ts";
import { panel } from "./style.ts";

const SAID_MS = 2_000;

/** A text that is there to be copied, and the button that does it. */
export class FenboCopy extends LitElement {
  static override properties = { value: {}, what: {}, text: { attribute: false }, said: { state: true } };
  declare value: string;
  declare what: string;
  declare text: HqText;
  declare said: boolean;

  constructor() {
    super();
    this.said = false;
  }

  static override styles = [
    base,
    panel,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      code {
        flex: 1;
        min-width: 0;
        padding: 8px 10px;
        border-radius: 9px;
        background: var(--sheet-soft);
        user-select: all;
      }
    `,
  ];

  override render() {
    return html`<code>${this.value}</code>
      <button class="act" aria-label="${this.text.copy}: ${this.what}" @click=${this.copy}>
        ${icons.copy}<span role="status">${this.said ? this.text.copied : this.text.copy}</span>
      </button>`;
  }

  /** The clipboard needs HTTPS or localhost; elsewhere the text is selected, ready for the keyboard. */
  private async copy(): Promise<void> {
    if (!window.isSecureContext) {
      const code = this.renderRoot.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      return;
    }
    await navigator.clipboard.writeText(this.value);
    this.said = true;
    setTimeout(() => {
      this.said = false;
    }, SAID_MS);
  }
}

customElements.define("fenbo-copy", FenboCopy);
