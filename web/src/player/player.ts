/**
 * What every way of playing a broadcast must do. `Playback` chooses among them; the page sees only `Playback`.
 *
 * A player is used once: `start`, then `stop`. It reports and never retries by itself across a `failed`.
 */

export type Way = "webrtc" | "ll-hls" | "hls";

export interface Report {
  /** It cannot go on; the reason is for logs. */
  failed(reason: string): void;
}

export interface Player {
  readonly way: Way;
  start(video: HTMLVideoElement, report: Report): void;
  stop(): void;
  /** Seconds behind the live edge, when known. */
  delay(): number | null;
}

export const WAY_NAMES: Readonly<Record<Way, string>> = { webrtc: "WebRTC", "ll-hls": "LL-HLS", hls: "HLS" };
