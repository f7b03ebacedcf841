import type { ReactiveControllerHost } from "lit";
import type { HqApi } from "../api/hq-api.ts";
import type { Channel, HqMessage, Me, Overview, Product, QueueCounts, ShowHq, Studio } from "../api/hq-types.ts";
import { Problem } from "../api/problem.ts";
import { Newest } from "../ui/newest.ts";
import { HqLine } from "./line.ts";

const LOOK_MS = 2_000; // sources and warnings are shown this soon

/** What headquarters' page knows. Figures come by socket, the studio is looked at every two seconds, the rest when it changes. */
export class HqStore {
  me: Me | null = null;
  /** Nobody knows yet whether somebody is logged in. */
  asking = true;
  overview: Overview | null = null;
  studio: Studio | null = null;
  shows: readonly ShowHq[] = [];
  channels: readonly Channel[] = [];
  products: readonly Product[] = [];
  /** How much waits in the rooms for somebody; null until the server has said so. */
  queue: QueueCounts | null = null;
  /** Counts the orders that were pushed, so that a list of orders knows when to look again. */
  orderNews = 0;
  readonly line: HqLine;
  private readonly newest = {
    channels: new Newest(),
    products: new Newest(),
    shows: new Newest(),
    studio: new Newest(),
  };
  private stockMoved = false;
  private looking: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    readonly api: HqApi,
  ) {
    this.line = new HqLine(
      (message) => this.received(message),
      () => host.requestUpdate(),
    );
  }

  async begin(): Promise<void> {
    try {
      this.entered(await this.api.me());
    } catch {
      this.left();
    }
  }

  entered(me: Me): void {
    this.me = me;
    this.asking = false;
    this.line.open();
    this.looking = setInterval(() => document.hidden || this.look(), LOOK_MS);
    this.look();
    this.refresh();
  }

  async logout(): Promise<void> {
    await this.api.logout().catch(() => undefined);
    this.left();
  }

  end(): void {
    clearInterval(this.looking);
    this.line.close();
  }

  /** Channels and products; after a change of them, too. */
  refresh(): void {
    this.load("channels", this.api.channels(), (channels) => {
      this.channels = channels;
    });
    this.loadProducts();
  }

  look(): void {
    if (this.stockMoved) this.loadProducts();
    this.load("studio", this.api.studio(), (studio) => {
      this.studio = studio;
    });
    this.load("shows", this.api.shows(), (shows) => {
      this.shows = shows;
    });
  }

  /** The show that is on or comes next. */
  get show(): ShowHq | null {
    const current = this.overview?.show?.id;
    return this.shows.find((show) => show.id === current) ?? this.shows.find((show) => show.state !== "ended") ?? null;
  }

  get waiting(): number {
    return this.queue === null ? 0 : this.queue.held + this.queue.asked + this.queue.appeals;
  }

  showIs(changed: ShowHq): void {
    this.newest.shows.changed();
    const others = this.shows.filter((show) => show.id !== changed.id);
    this.shows = [changed, ...others];
    this.host.requestUpdate();
  }

  private loadProducts(): void {
    this.stockMoved = false;
    this.load("products", this.api.products(), (products) => {
      this.products = products;
    });
  }

  private left(): void {
    this.end();
    this.me = null;
    this.asking = false;
    this.host.requestUpdate();
  }

  private load<T>(what: keyof HqStore["newest"], answer: Promise<T>, take: (value: T) => void): void {
    const show = (value: T) => {
      take(value);
      this.host.requestUpdate();
    };
    this.newest[what].take(answer, show).catch((error: unknown) => {
      if (error instanceof Problem && error.status === 401 && this.me !== null) this.left();
    });
  }

  private received(message: HqMessage): void {
    if (message.type === "overview") this.overview = message;
    else if (message.type === "queue") this.queue = message;
    else {
      this.orderNews++;
      this.stockMoved = true;
    }
    this.host.requestUpdate();
  }
}
