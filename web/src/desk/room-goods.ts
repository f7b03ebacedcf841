import { css, html } from "lit";
import type { DeskApi, RoomGoods } from "../api/desk-api.ts";
import type { HqApi } from "../api/hq-api.ts";
import { panel } from "../hq/style.ts";
import type { DeskText } from "../text/desk.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { Newest } from "../ui/newest.ts";
import { picture } from "../ui/picture.ts";

/** Goods that the partner may keep out of his room; nothing when there are none. */
export class FenboRoomGoods extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    text: { attribute: false },
    goods: { state: true },
  };
  declare api: DeskApi;
  declare session: HqApi;
  declare text: DeskText;
  declare goods: readonly RoomGoods[];
  private readonly newest = new Newest();

  constructor() {
    super();
    this.goods = [];
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
      <p class="wrong small" role="alert">${this.problem === null ? "" : text.notSaved}</p>
    </section>`;
  }

  private async read(): Promise<void> {
    const show = (goods: readonly RoomGoods[]) => Object.assign(this, { goods });
    await this.newest.take(this.api.goods(), show).catch(() => undefined); // what is shown stays
  }

  private async show(goods: RoomGoods, event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    const hidden = !box.checked;
    const hide = async () => this.api.hide(goods.product, hidden, (await this.session.me()).csrf);
    if (!(await this.attempt(hide))) box.checked = hidden; // as it was: a list that says the same moves no box
    await this.read();
  }
}

customElements.define("fenbo-room-goods", FenboRoomGoods);
