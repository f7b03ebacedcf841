import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Product, ShelfPlace, ShowHq } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { picture } from "../ui/picture.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** What is on the show's shelf, in which order, and which one the host shows now. */
export class FenboShelfEditor extends LitElement {
  static override properties = {
    store: { attribute: false },
    show: { attribute: false },
    products: { attribute: false },
    text: { attribute: false },
    wrong: { state: true },
  };
  declare store: HqStore;
  declare show: ShowHq | null;
  declare products: readonly Product[];
  declare text: HqText;
  declare wrong: string;
  /** One change after the other: each is about the shelf that the one before has left. */
  private last: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 8px 0;
        border-bottom: 1px solid var(--sheet-line);
      }
      li div {
        flex: 1;
        min-width: 0;
      }
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      h3 {
        margin: 14px 0 4px;
        font-size: 14px;
        color: var(--sheet-dim);
      }
    `,
  ];

  override render() {
    const { show, text } = this;
    if (show === null)
      return html`<section class="panel"><h2>${text.shelf}</h2><p class="dim">${text.noShow}</p></section>`;
    const places = placesOf(show);
    const off = this.products.filter((product) => !places.some((place) => place.product === product.product));
    return html`<section class="panel" aria-label=${text.shelf}>
      <h2>${text.shelf}</h2>
      <p class="dim small">${text.shelfHint}</p>
      <ul>
        ${places.map((place, at) => this.place(show, place, at))}
      </ul>
      ${off.length === 0 ? nothing : html`<h3>${text.offShelf}</h3>`}
      <ul>
        ${off.map((product) => this.off(product))}
      </ul>
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private place(show: ShowHq, place: ShelfPlace, at: number): TemplateResult {
    const { text } = this;
    const item = show.shelf.find((one) => one.product === place.product);
    const name = item?.name ?? "";
    const free = item?.skus.reduce((sum, sku) => sum + sku.free, 0) ?? 0;
    const others = (places: ShelfPlace[]) => places.filter((one) => one.product !== place.product);
    // one product is shown at a time: pinning it lets the others go
    const pin = () =>
      this.set((places) => places.map((one) => ({ ...one, pinned: one.product === place.product && !place.pinned })));
    const up = () => this.set((places) => others(places).toSpliced(at - 1, 0, place));
    const off = () => this.set(others);
    return html`<li data-product=${place.product}>
      ${picture(item?.image_url ?? "", name, 44)}
      <div>
        <p class="name">${name} ${place.pinned ? html`<span class="tag live">${text.pinned}</span>` : nothing}</p>
        <p class="dim small tabular">${text.left(free)}</p>
      </div>
      <button class="act ${place.pinned ? "" : "main"}" aria-label="${place.pinned ? text.unpin : text.pin}: ${name}" aria-pressed=${place.pinned} @click=${pin}>
        ${place.pinned ? text.unpin : text.pin}
      </button>
      <button class="act" aria-label="${text.up}: ${name}" ?disabled=${at === 0} @click=${up}>↑</button>
      <button class="act" aria-label="${text.takeOff}: ${name}" @click=${off}>✕</button>
    </li>`;
  }

  private off({ product, image_url: image, name }: Product): TemplateResult {
    const on = () => this.set((places) => [...places, { product, pinned: false }]);
    return html`<li data-product=${product}>
      ${picture(image, name, 44)}
      <div><p class="name">${name}</p></div>
      <button class="act" aria-label="${this.text.putOn}: ${name}" @click=${on}>${this.text.putOn}</button>
    </li>`;
  }

  private set(change: (places: ShelfPlace[]) => ShelfPlace[]): void {
    this.last = this.last.then(() => this.apply(change));
  }

  /** To the shelf that is shown here; where another has changed it meanwhile, his is shown, and nothing is done. */
  private async apply(change: (places: ShelfPlace[]) => ShelfPlace[]): Promise<void> {
    const { api, show } = this.store;
    if (show === null) return;
    try {
      const { found, tag } = await api.show(show.id);
      const same = JSON.stringify(placesOf(found)) === JSON.stringify(placesOf(show));
      this.store.showIs(same ? await api.setShelf(show.id, change(placesOf(show)), tag) : found);
      this.wrong = same ? "" : this.text.stale;
    } catch (error) {
      const problem = error as Problem;
      this.wrong = problem.word === "stale" ? this.text.stale : problemText(problem, this.text);
      this.store.look();
    }
  }
}

function placesOf({ shelf }: ShowHq): ShelfPlace[] {
  return [...shelf].sort((a, b) => a.position - b.position).map(({ product, pinned }) => ({ product, pinned }));
}

customElements.define("fenbo-shelf-editor", FenboShelfEditor);
