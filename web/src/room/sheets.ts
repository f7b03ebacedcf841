import { html, nothing, type TemplateResult } from "lit";
import type { Order, OrderedSku, OrderLine, RoomView, ShelfItem } from "../api/types.ts";
import { times } from "../money.ts";
import type { Text } from "../text/room.ts";
import { accountLine } from "./account.ts";
import { mostOf, onlySku } from "./prices.ts";
import { saleOf } from "./sales.ts";
import type { RoomSession } from "./session.ts";

/** Which sheet is open: ids only, so that what it shows is always the present stock and price. */
export type Open =
  | { sheet: "shelf" }
  | { sheet: "product"; product: string }
  | { sheet: "cart" }
  | { sheet: "checkout"; line: OrderedSku | null }
  | { sheet: "order"; order: Order }
  | { sheet: "share" }
  | { sheet: "account"; next: Open | null }
  | { sheet: "orders" };

/** What Buy opens: with one kind there is nothing to choose, so it is the checkout at once (three taps to a paid order). */
export function openForBuying(item: ShelfItem): Open {
  const sku = onlySku(item);
  return sku === null
    ? { sheet: "product", product: item.product }
    : { sheet: "checkout", line: { sku: sku.sku, quantity: 1, ...saleOf(sku) } };
}

export interface SheetContext {
  open: Open;
  view: RoomView;
  text: Text;
  session: RoomSession;
  show: (open: Open | null) => void;
}

export function sheetHeading({ open, view, text }: SheetContext): string {
  switch (open.sheet) {
    case "product":
      return view.shelf.find((item) => item.product === open.product)?.name ?? text.shelf;
    case "shelf":
      return text.shelf;
    case "cart":
      return text.cart;
    case "checkout":
      return text.yourOrder;
    case "order":
      return open.order.payment?.state === "pending" ? text.pay : text.orderNumber;
    case "share":
      return text.talk.share;
    case "account":
      return text.buyer.account;
    case "orders":
      return text.myOrders;
  }
}

export function sheetBody(context: SheetContext): TemplateResult | typeof nothing {
  const { open, view, text, session, show } = context;
  switch (open.sheet) {
    case "shelf":
      return html`<fenbo-shelf
        .shelf=${view.shelf}
        .text=${text}
        @shelf-open=${(event: CustomEvent<ShelfItem>) => show({ sheet: "product", product: event.detail.product })}
        @shelf-buy=${(event: CustomEvent<ShelfItem>) => show(openForBuying(event.detail))}
      ></fenbo-shelf>`;
    case "product":
      return productBody(context, open.product);
    case "cart":
      return html`<fenbo-cart
        .session=${session}
        .cart=${session.cart}
        .text=${text}
        @cart-checkout=${() => show({ sheet: "checkout", line: null })}
      ></fenbo-cart>`;
    case "checkout":
      return checkoutBody(context, open.line);
    case "order":
      return html`<fenbo-order
        .session=${session}
        .order=${open.order}
        .text=${text}
        @order-changed=${(event: CustomEvent<Order>) => show({ sheet: "order", order: event.detail })}
        @order-done=${() => show(null)}
      ></fenbo-order>`;
    case "share":
      return html`<fenbo-share
        .api=${session.api}
        .text=${text}
        .guest=${session.here?.login === true && session.here.customer === null}
        .known=${(session.here?.customer ?? null) !== null}
        @share-login=${() => show({ sheet: "account", next: { sheet: "share" } })}
      ></fenbo-share>`;
    case "account":
      return accountBody(context, open.next);
    case "orders":
      return html`${accountLine(session, text, () => show({ sheet: "account", next: null }))}<fenbo-orders
        .session=${session}
        .text=${text}
        @orders-open=${(event: CustomEvent<Order>) => show({ sheet: "order", order: event.detail })}
      ></fenbo-orders>`;
  }
}

function productBody({ view, text, session, show }: SheetContext, product: string): TemplateResult | typeof nothing {
  const item = view.shelf.find((one) => one.product === product);
  if (item === undefined) return nothing;
  return html`<fenbo-product
    .item=${item}
    .session=${session}
    .text=${text}
    @product-buy=${(event: CustomEvent<OrderedSku>) => show({ sheet: "checkout", line: event.detail })}
  ></fenbo-product>`;
}

function checkoutBody({ view, text, session, show }: SheetContext, line: OrderedSku | null): TemplateResult {
  const single = line === null ? null : lineOf(view.shelf, line);
  return html`<fenbo-checkout
    .session=${session}
    .text=${text}
    .here=${session.here}
    .single=${line !== null}
    .lines=${line === null ? (session.cart?.lines ?? []) : single === null ? [] : [single.line]}
    .most=${single?.most ?? 1}
    @checkout-quantity=${(event: CustomEvent<number>) =>
      line !== null && show({ sheet: "checkout", line: { ...line, quantity: event.detail } })}
    @checkout-login=${() => show({ sheet: "account", next: { sheet: "checkout", line } })}
    @checkout-placed=${(event: CustomEvent<Order>) => show({ sheet: "order", order: event.detail })}
  ></fenbo-checkout>`;
}

function accountBody({ text, session, show }: SheetContext, next: Open | null): TemplateResult {
  return html`<fenbo-account
    .session=${session}
    .customer=${session.here?.customer ?? null}
    .text=${text}
    @account-in=${() => next !== null && show(next)}
  ></fenbo-account>`;
}

function lineOf(shelf: readonly ShelfItem[], wanted: OrderedSku): { line: OrderLine; most: number } | null {
  for (const item of shelf) {
    const sku = item.skus.find((one) => one.sku === wanted.sku);
    if (sku === undefined) continue;
    const line: OrderLine = {
      sku: sku.sku,
      name: sku.name,
      product_name: item.name,
      image_url: item.image_url,
      quantity: wanted.quantity,
      price: sku.price,
      amount: times(sku.price, wanted.quantity),
    };
    return { line, most: mostOf(sku) };
  }
  return null;
}
