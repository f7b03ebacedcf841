import type {
  Channel,
  ChannelChange,
  GoodsRead,
  Link,
  Me,
  NewKey,
  NewProduct,
  NewSale,
  OrderHq,
  OrderPage,
  Product,
  ProductChange,
  Refund,
  SaleHq,
  ShelfPlace,
  ShowChange,
  ShowHq,
  SkuHq,
  Slot,
  Studio,
} from "./hq-types.ts";
import { JoiningApi } from "./joining-api.ts";
import { LinksApi } from "./links-api.ts";
import { Once } from "./once.ts";
import { PartnersApi } from "./partners-api.ts";
import { type Ask, ask, askAll } from "./problem.ts";
import { ProgramsApi } from "./programs-api.ts";
import type { ReplayHq } from "./replay.ts";

const ROOT = "/api/v1/hq";

export interface Tagged {
  product: Product;
  tag: string;
}

async function tagged(url: string, how: Ask = {}): Promise<Tagged> {
  let tag = "";
  const heard = (headers: Headers) => {
    tag = headers.get("ETag") ?? "";
  };
  return { product: await ask<Product>(url, { ...how, heard }), tag };
}

/** Headquarters' side of the API. Knows the CSRF token once somebody is logged in. */
export class HqApi {
  private csrf = "";
  private readonly once = new Once();

  async me(): Promise<Me> {
    return this.entered(await ask<Me>(`${ROOT}/me`));
  }

  async login(user: string, password: string): Promise<Me> {
    return this.entered(await ask<Me>(`${ROOT}/login`, { method: "POST", body: { user, password } }));
  }

  logout(): Promise<void> {
    return this.change("POST", "/logout", {});
  }

  studio(): Promise<Studio> {
    return ask(`${ROOT}/studio`);
  }

  rotateKey(slot: Slot): Promise<NewKey> {
    return this.change("POST", `/studio/keys/${slot}/rotate`, {});
  }

  shows(): Promise<ShowHq[]> {
    return ask(`${ROOT}/shows`);
  }

  createShow(title: string, startsAt: string | null): Promise<ShowHq> {
    return this.change("POST", "/shows", startsAt === null ? { title } : { title, starts_at: startsAt });
  }

  changeShow(show: string, change: ShowChange, tag: string): Promise<ShowHq> {
    return this.change("PATCH", `/shows/${show}`, change, tag);
  }

  replays(): Promise<ReplayHq[]> {
    return ask(`${ROOT}/replays`);
  }

  setReplay(show: string, published: boolean, days: number | null): Promise<ReplayHq> {
    return this.change("PUT", `/shows/${show}/replay`, { published, days });
  }

  /** A show with its shelf, and the tag under which they may be changed. */
  show(show: string): Promise<{ found: ShowHq; tag: string }> {
    return this.tagged(`/shows/${show}`);
  }

  setShelf(show: string, items: readonly ShelfPlace[], tag: string): Promise<ShowHq> {
    return this.change("PUT", `/shows/${show}/shelf`, { items }, tag);
  }

  channels(): Promise<Channel[]> {
    return askAll(`${ROOT}/channels`);
  }

  createChannel(name: string, room: string, parent: string, level: string): Promise<Channel> {
    return this.change("POST", "/channels", { name, parent, level, ...(room === "" ? {} : { room }) });
  }

  /** A channel with its room, and the tag under which they may be changed. */
  channel(channel: string): Promise<{ found: Channel; tag: string }> {
    return this.tagged(`/channels/${channel}`);
  }

  changeChannel(channel: string, change: ChannelChange, tag: string): Promise<Channel> {
    return this.change("PATCH", `/channels/${channel}`, change, tag);
  }

  createLink(channel: string, sharer: string): Promise<Link> {
    return this.change("POST", `/channels/${channel}/links`, sharer === "" ? {} : { sharer });
  }

  products(): Promise<Product[]> {
    return askAll(`${ROOT}/products`);
  }

  createProduct(product: NewProduct): Promise<Product> {
    return this.change("POST", "/products", product);
  }

  /** A product, and the tag under which it may be changed. */
  product(product: string): Promise<Tagged> {
    return tagged(`${ROOT}/products/${product}`);
  }

  /** Another picture; without a tag whatever was changed meanwhile. */
  putImage(product: string, file: File, tag?: string): Promise<Tagged> {
    const matched: Record<string, string> = tag === undefined ? {} : { "If-Match": tag };
    const headers = { "X-CSRF-Token": this.csrf, ...matched };
    return tagged(`${ROOT}/products/${product}/image`, { method: "PUT", file, headers });
  }

  changeProduct(product: string, change: ProductChange, tag: string): Promise<Product> {
    return this.change("PATCH", `/products/${product}`, change, tag);
  }

  receiveStock(sku: string, received: number): Promise<SkuHq> {
    return this.change("POST", `/skus/${sku}/stock`, { received });
  }

  orders(filter: { channel: string; room: string; state: string; cursor: string | null }): Promise<OrderPage> {
    const query = new URLSearchParams();
    if (filter.channel !== "") query.set("channel", filter.channel);
    if (filter.room !== "") query.set("room", filter.room);
    if (filter.state !== "") query.set("state", filter.state);
    if (filter.cursor !== null) query.set("cursor", filter.cursor);
    return ask(`${ROOT}/orders?${query}`);
  }

  order(order: string): Promise<OrderHq> {
    return ask(`${ROOT}/orders/${order}`);
  }

  shipOrder(order: string, tracking: string): Promise<OrderHq> {
    return this.change("POST", `/orders/${order}/ship`, { tracking });
  }

  receiveOrder(order: string): Promise<OrderHq> {
    return this.change("POST", `/orders/${order}/receive`, {});
  }

  cancelOrder(order: string): Promise<OrderHq> {
    return this.change("POST", `/orders/${order}/cancel`, {});
  }

  refundOrder(order: string, refund: Refund): Promise<OrderHq> {
    return this.change("POST", `/orders/${order}/refund`, refund);
  }

  readonly links = new LinksApi(`${ROOT}/links`, ({ channel, code }) =>
    this.change("DELETE", `/channels/${channel.id}/links/${code}`),
  );
  readonly joining = new JoiningApi((method, path, body) => this.change(method, path, body));
  readonly partners = new PartnersApi((method, path, body) => this.change(method, path, body));
  readonly programs = new ProgramsApi((method, path, body) => this.change(method, path, body));

  sales(): Promise<SaleHq[]> {
    return ask(`${ROOT}/sales`);
  }

  announceSale(show: string, sale: NewSale): Promise<SaleHq> {
    return this.change("POST", `/shows/${show}/sales`, sale);
  }

  withdrawSale(sale: string): Promise<SaleHq> {
    return this.change("POST", `/sales/${sale}/withdraw`, {});
  }

  readSheet(csv: string, apply: boolean): Promise<GoodsRead> {
    return this.change("POST", "/products/sheet", { csv, apply });
  }

  /** A file as the body. Throws `Problem`. */
  upload(path: string, file: File): Promise<void> {
    return ask(`${ROOT}${path}`, { method: "PUT", file, headers: { "X-CSRF-Token": this.csrf } });
  }

  private entered(me: Me): Me {
    this.csrf = me.csrf;
    return me;
  }

  /** Something, and the tag under which it may be changed. Throws `Problem`. */
  async tagged<T>(path: string): Promise<{ found: T; tag: string }> {
    let tag = "";
    const heard = (headers: Headers) => {
      tag = headers.get("ETag") ?? "";
    };
    return { found: await ask<T>(`${ROOT}${path}`, { heard }), tag };
  }

  /** A call that changes something; with a tag only if nobody has changed it since. Throws `Problem`. */
  change<T>(method: NonNullable<Ask["method"]>, path: string, body?: unknown, tag = ""): Promise<T> {
    const match: Record<string, string> = tag === "" ? {} : { "If-Match": tag };
    const how = { method, body, headers: { "X-CSRF-Token": this.csrf, ...match } };
    return this.once.ask(JSON.stringify([path, how]), () => ask<T>(`${ROOT}${path}`, how));
  }
}
