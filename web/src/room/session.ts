import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type Customer, CustomerApi, type CustomerHere } from "../api/customer.ts";
import type { ServerMessage } from "../api/messages.ts";
import type { RoomApi } from "../api/room-api.ts";
import type { Cart, RoomView } from "../api/types.ts";
import { newId } from "../ids.ts";
import { Newest } from "../ui/newest.ts";
import { emptyFeed, type Feed, loggedIn, type Pending, receive } from "./feed.ts";
import { atPrices } from "./sales.ts";
import { RoomSocket } from "./socket.ts";

const LIKES_MS = 1_000; // hearts are gathered for so long
const LIKES_MAX = 200; // in one message (signaling/messages.py)
const VIEW_MS = 3_000; // how often to ask for the media of a show that is on and has none yet
const GAPS_MAX = 3; // gaps in a row before asking for a snapshot instead

/** All that an open room page knows and does, apart from drawing and playing. */
export class RoomSession implements ReactiveController {
  feed: Feed;
  cart: Cart | null = null;
  /** Who the viewer is as a customer; null until the server has said so. */
  here: CustomerHere | null = null;
  readonly customers: CustomerApi;
  /** The moment of the broadcast that the picture shows, in ms, while one plays. */
  pictureAt: () => number | null = () => null;
  readonly socket: RoomSocket;
  private readonly carts = new Newest();
  private readonly customersHere = new Newest();
  private likes = 0;
  private likesTimer: ReturnType<typeof setTimeout> | undefined;
  private viewTimer: ReturnType<typeof setInterval> | undefined;
  private gaps = 0;
  private another = false; // than before is who the browser is now

  constructor(
    private readonly host: ReactiveControllerHost,
    readonly api: RoomApi,
    view: RoomView | null,
  ) {
    this.feed = emptyFeed(view);
    this.customers = new CustomerApi(api.room);
    this.socket = new RoomSocket({
      url: () => api.socketUrl,
      since: () => ({ room: this.feed.room, show: this.feed.show }),
      received: (message) => this.received(message),
      changed: () => host.requestUpdate(),
      loggedOut: () => this.loggedOut(),
      loggedIn: () => {
        this.another = true;
        this.feed = loggedIn(this.feed);
      },
    });
    host.addController(this);
  }

  hostConnected(): void {
    if (this.feed.view === null) this.refreshView();
    this.socket.open();
    this.refreshCart();
    void this.refreshCustomer();
    this.viewTimer = setInterval(() => this.lookForMedia(), VIEW_MS);
  }

  hostDisconnected(): void {
    this.socket.close();
    clearInterval(this.viewTimer);
    clearTimeout(this.likesTimer);
  }

  say(text: string): void {
    this.tell({ id: newId(), text, sent: false, refused: null });
  }

  sayAgain(id: string): void {
    const line = this.feed.pending.find((one) => one.id === id);
    if (line === undefined) return;
    this.forget(id);
    this.tell({ id, text: line.text, sent: false, refused: null }); // the same id: perhaps it was heard after all
  }

  forget(id: string): void {
    this.set({ pending: this.feed.pending.filter((one) => one.id !== id), complaint: "" });
  }

  like(): void {
    this.likes = Math.min(LIKES_MAX, this.likes + 1);
    this.likesTimer ??= setTimeout(() => {
      this.likesTimer = undefined;
      this.socket.send({ type: "likes", count: this.likes });
      this.likes = 0;
    }, LIKES_MS);
  }

  cartIs(cart: Cart): void {
    this.cart = cart;
    this.host.requestUpdate();
  }

  /** Throws `Problem`. */
  async setCartLine(sku: string, quantity: number): Promise<void> {
    const answer = this.api.setCartLine(sku, quantity);
    await this.carts.take(answer, (cart) => this.cartIs(cart));
    await answer; // a refusal is told whatever is shown by now
  }

  refreshCart(): void {
    const taken = this.carts.take(this.api.cart(), (cart) => this.cartIs(cart));
    taken.catch(() => undefined); // the cart sheet asks again when it is opened
  }

  /** After a login or a logout: another cart, and after a logout another viewer. */
  customerIs(customer: Customer | null): void {
    this.customersHere.changed();
    this.here = { login: this.here?.login ?? true, customer };
    this.refreshCart();
    if (customer === null) this.socket.connect();
    this.host.requestUpdate();
  }

  /** In another window: this one shows nothing of him any more, and comes back as whoever the browser is now. */
  private loggedOut(): void {
    this.here = { login: this.here?.login ?? true, customer: null };
    this.cart = null;
    this.another = true;
    this.set({ room: null, show: null, before: [] });
  }

  private refreshAll(): void {
    this.another = false;
    this.refreshCart();
    void this.refreshCustomer();
  }

  async refreshCustomer(): Promise<void> {
    const show = (here: CustomerHere) => {
      this.here = here;
      this.host.requestUpdate();
    };
    await this.customersHere.take(this.customers.here(), show).catch(() => undefined); // a guest, as far as the page knows
  }

  private tell(line: Pending): void {
    this.set({ pending: [...this.feed.pending, line], complaint: "" });
    this.sendPending();
  }

  private sendPending(): void {
    const pending = this.feed.pending.map((line) =>
      line.sent ? line : { ...line, sent: this.socket.send({ type: "chat", id: line.id, text: line.text }) },
    );
    this.set({ pending });
  }

  private received(message: ServerMessage): void {
    const { feed, gap } = receive(this.feed, message, Date.now());
    if (gap) {
      this.closeGap();
      return;
    }
    if ("stream" in message) this.gaps = 0;
    this.feed = feed;
    if (message.type === "welcome") {
      this.sendPending();
      if (this.another) this.refreshAll();
    }
    if (message.type === "shelf" || message.type === "hidden") {
      this.cart = atPrices(this.cart, feed.view?.shelf ?? [], Date.now());
    }
    this.host.requestUpdate();
  }

  /** Ask again from the last places; if that keeps failing, for a snapshot. */
  private closeGap(): void {
    if (++this.gaps >= GAPS_MAX) {
      this.set({ room: null, show: null });
      this.gaps = 0;
    }
    this.socket.connect();
  }

  private lookForMedia(): void {
    const show = this.feed.view?.show;
    if (this.feed.view === null || (show?.state === "live" && show.hls === null && show.whep === null)) {
      this.refreshView();
    }
  }

  private refreshView(): void {
    this.api.view().then(
      (view) => this.set({ view }),
      () => undefined, // asked again by lookForMedia
    );
  }

  private set(change: Partial<Feed>): void {
    this.feed = { ...this.feed, ...change };
    this.host.requestUpdate();
  }
}
