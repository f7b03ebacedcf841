import { css, html, LitElement } from "lit";
import type { DeskApi, RoomGoods } from "../api/desk-api.ts";
import type { HqApi } from "../api/hq-api.ts";
import { panel } from "../hq/style.ts";
import type { DeskText } from "../text/desk.ts";
import { base } from "../ui/base.ts";
import { picture } from "../ui/picture.ts";

/** Goods that the partner may keep out of his room; nothing when there are none. */
export class FenboRoomGoods extends LitElement {
  static override properties = {
    api: { attribute: false },
    text: { attribute: false },
    goods: { state: true },
    wrong: { state: true },
  };
  declare api: DeskApi;
  declare session: HqApi;
  declare text: DeskText;
  declare goods: readonly RoomGoods[];
  declare wrong: boolean;

  constructor() {
    super();
    this.goods = [];
    this.wrong = false;
  }

  static override styles = [
    base,
    panel,
    css`
      label {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 56px;
        border-top: 1px solid var(--sheet-line);
      }
      label span {
        flex: 1;
        overflow-wrap: anywhere;
      }
      input {
        width: 24px;
        height: 24px;
        flex: none;
      }
      .wrong {
        color: var(--wrong);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  override render() {
    const { text } = this;
    if (this.goods.length === 0) return html``;
    return html`<section class="panel" aria-label=${text.roomGoods}>
      <h2>${text.roomGoods}</h2>
      <p class="dim small">${text.roomGoodsHint}</p>
      ${this.goods.map(
        (each) => html`<label
          >${picture(each.image_url, each.name, 40)}<span>${each.name}</span
          ><input type="checkbox" .checked=${!each.hidden} @change=${(event: Event) => this.show(each, event)}
        /></label>`,
      )}
      <p class="wrong small" role="alert">${this.wrong ? text.notSaved : ""}</p>
    </section>`;
  }

  private async read(): Promise<void> {
    this.goods = await this.api.goods().catch(() => []);
  }

  private async show(goods: RoomGoods, event: Event): Promise<void> {
    const hidden = !(event.target as HTMLInputElement).checked;
    try {
      await this.api.hide(goods.product, hidden, (await this.session.me()).csrf);
      this.wrong = false;
    } catch {
      this.wrong = true;
    }
    await this.read();
  }
}

customElements.define("fenbo-room-goods", FenboRoomGoods);
