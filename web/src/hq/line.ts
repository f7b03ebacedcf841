import type { HqMessage } from "../api/hq-types.ts";
import { type Backoff, waitBefore } from "../backoff.ts";

const RETRY: Backoff = { first_ms: 500, most_ms: 10_000 };

/** GET /hq/ws: listens, and comes back by itself. Every connection begins with a whole overview, so nothing is missed. */
export class HqLine {
  connected = false;
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly received: (message: HqMessage) => void,
    private readonly changed: () => void,
  ) {}

  open(): void {
    const url = new URL("/hq/ws", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.addEventListener("message", (event) => this.hear(event.data));
    socket.addEventListener("close", () => socket === this.socket && this.lost());
  }

  close(): void {
    clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.connected = false;
  }

  private hear(data: unknown): void {
    if (typeof data !== "string") return;
    this.attempt = 0;
    this.set(true);
    this.received(JSON.parse(data) as HqMessage);
  }

  private lost(): void {
    this.set(false);
    this.retry = setTimeout(() => this.open(), waitBefore(this.attempt++, RETRY, Math.random));
  }

  private set(connected: boolean): void {
    if (connected === this.connected) return;
    this.connected = connected;
    this.changed();
  }
}
