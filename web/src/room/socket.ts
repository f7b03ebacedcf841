import type { ClientMessage, Place, ServerMessage } from "../api/messages.ts";
import { type Backoff, waitBefore } from "../backoff.ts";

const RETRY: Backoff = { first_ms: 500, most_ms: 20_000 };
const WELCOME_MS_MAX = 10_000; // from the first try to connect to the server's welcome
const PING_MS = 25_000;
const SILENCE_MS_MAX = 60_000; // no message at all, not even a pong: the line is dead
const BANNED_MS_MAX = 60_000; // a ban may be lifted at any time: look again this often
const LOGGED_OUT = 4401; // in another window, or on whatever device has the same cookie
const LOGGED_IN = 4402; // here or in another window: the browser is another viewer of the same person
const STEADY_MS = 5_000; // open for so long: the next failure starts the waits anew

export interface SocketState {
  phase: "connecting" | "open" | "retrying";
  retryAt: number;
}

export interface SocketPort {
  url(): string;
  since(): { room: Place | null; show: Place | null };
  received(message: ServerMessage): void;
  changed(): void;
  /** Whoever this was has logged out; the next line is another viewer's. */
  loggedOut(): void;
  /** He has logged in: the next line is the same person's, as a customer. */
  loggedIn(): void;
}

/** The room's socket: says hello with the last places, comes back by itself, notices a dead line. */
export class RoomSocket {
  state: SocketState = { phase: "connecting", retryAt: 0 };
  private socket: WebSocket | null = null;
  private attempt = 0;
  private bannedUntil = 0;
  private heardAt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private steady: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private late: ReturnType<typeof setTimeout> | undefined;
  private readonly onOnline = () => this.state.phase === "retrying" && this.connect();

  constructor(private readonly port: SocketPort) {}

  open(): void {
    window.addEventListener("online", this.onOnline);
    this.connect();
  }

  close(): void {
    window.removeEventListener("online", this.onOnline);
    this.drop();
    clearTimeout(this.retry);
  }

  /** Also: something is missing (a gap), so ask for it by saying hello anew. */
  connect(): void {
    clearTimeout(this.retry);
    this.drop();
    this.set({ phase: "connecting", retryAt: 0 });
    const socket = new WebSocket(this.port.url());
    this.socket = socket;
    socket.addEventListener("open", () => this.hello());
    socket.addEventListener("message", (event) => this.hear(socket, event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event.code));
    this.late = setTimeout(() => this.lost(), WELCOME_MS_MAX);
  }

  /** False when there is no line now: nothing was sent. */
  send(message: ClientMessage): boolean {
    if (this.state.phase !== "open" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private hello(): void {
    const { room, show } = this.port.since();
    this.socket?.send(JSON.stringify({ type: "hello", room_since: room, show_since: show }));
    this.heardAt = Date.now();
    this.beat = setInterval(() => this.keepAlive(), PING_MS);
  }

  private hear(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket || typeof data !== "string") return;
    this.heardAt = Date.now();
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === "welcome") {
      clearTimeout(this.late);
      this.steady = setTimeout(() => {
        this.attempt = 0;
      }, STEADY_MS);
      this.set({ phase: "open", retryAt: 0 });
    }
    if (message.type === "standing") this.bannedUntil = message.banned === null ? 0 : endOf(message.banned.until);
    this.port.received(message);
  }

  private keepAlive(): void {
    if (Date.now() - this.heardAt > SILENCE_MS_MAX) this.connect();
    else this.send({ type: "ping" });
  }

  private closed(code: number): void {
    if (code === LOGGED_OUT) this.port.loggedOut();
    if (code === LOGGED_IN) this.port.loggedIn();
    this.lost();
  }

  private lost(): void {
    this.drop();
    const wait = Math.max(waitBefore(this.attempt++, RETRY, Math.random), this.outFor());
    this.set({ phase: "retrying", retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.connect(), wait);
  }

  /** Shown out: it is of no use to knock every few seconds. */
  private outFor(): number {
    return this.bannedUntil === 0 ? 0 : Math.min(BANNED_MS_MAX, Math.max(0, this.bannedUntil - Date.now()));
  }

  private drop(): void {
    clearInterval(this.beat);
    clearTimeout(this.steady);
    clearTimeout(this.late);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private set(state: SocketState): void {
    this.state = state;
    this.port.changed();
  }
}

function endOf(until: string | null): number {
  return until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
}
