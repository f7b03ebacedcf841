import type { ShowView } from "../api/types.ts";
import { type Backoff, waitBefore } from "../backoff.ts";
import { HlsPlayer, hasMediaSource } from "./hls-player.ts";
import { NativePlayer, playsHlsNatively } from "./native-player.ts";
import { type Abilities, mediaKey, plan, type Step } from "./plan.ts";
import type { Player, Way } from "./player.ts";
import { Progress } from "./progress.ts";
import { WhepPlayer } from "./whep-player.ts";

const RETRY: Backoff = { first_ms: 1_000, most_ms: 15_000 };
const LOOK_MS = 500;
const START_MS_MAX: Readonly<Record<Way, number>> = { webrtc: 5_000, "ll-hls": 12_000, hls: 15_000 };
const STALL_MS_MAX: Readonly<Record<Way, number>> = { webrtc: 3_000, "ll-hls": 8_000, hls: 10_000 };

export interface PlaybackState {
  phase: "idle" | "waiting" | "connecting" | "playing" | "stalled" | "retrying" | "impossible";
  way: Way | null;
  /** When the next try is due, in milliseconds of Date.now(). */
  retryAt: number;
  /** Even silent playing needs a tap here (power saving modes). */
  needsTap: boolean;
}

const IDLE: PlaybackState = { phase: "idle", way: null, retryAt: 0, needsTap: false };

/** Keeps the picture going: chooses a player, watches that the picture moves, falls back, tries again. */
export class Playback {
  state: PlaybackState = IDLE;
  private video: HTMLVideoElement | null = null;
  private show: ShowView | null = null;
  private key: string | null = null;
  private player: Player | null = null;
  private step: Step | null = null;
  private progress: Progress | null = null;
  private failed = new Set<Way>();
  private played = new Set<Way>();
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private looking: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly changed: () => void) {}

  /** The element and the show as they are now; called as often as one likes. */
  follow(video: HTMLVideoElement | null, show: ShowView | null): void {
    const key = video === null ? null : mediaKey(show);
    this.video = video;
    this.show = show;
    if (key === this.key) {
      if (key === null) this.idle();
      return;
    }
    this.key = key;
    if (this.goesOn(video, show)) return;
    this.failed.clear();
    this.played.clear();
    this.attempt = 0;
    this.halt();
    if (key === null) this.idle();
    else this.begin();
  }

  /** Now, not later: a person asked for it. */
  retryNow(): void {
    if (this.key !== null) this.begin();
  }

  /** A tap has allowed playing. */
  play(): void {
    this.video?.play().then(
      () => this.set({ needsTap: false }),
      () => undefined,
    );
  }

  delay(): number | null {
    return this.player?.delay() ?? null;
  }

  end(): void {
    this.key = null;
    this.halt();
    this.state = IDLE;
  }

  /** What plays would be chosen again: that another way has appeared is no reason to start anew. */
  private goesOn(video: HTMLVideoElement | null, show: ShowView | null): boolean {
    if (this.state.phase !== "playing" || video === null || show === null) return false;
    const next = plan(show, abilities(video), this.failed)[0];
    return next !== undefined && next.way === this.step?.way && next.url === this.step.url;
  }

  private idle(): void {
    this.set({ ...IDLE, phase: this.show?.state === "live" ? "waiting" : "idle" });
  }

  private begin(): void {
    this.halt();
    const { video, show } = this;
    if (video === null || show === null) return;
    const step = plan(show, abilities(video), this.failed)[0];
    if (step === undefined) {
      this.set({ phase: show.hls === null ? "waiting" : "impossible", way: null });
      return;
    }
    this.step = step;
    this.set({ phase: "connecting", way: step.way, needsTap: false });
    this.run(step, video);
  }

  private run(step: Step, video: HTMLVideoElement): void {
    const player = makePlayer(step);
    this.player = player;
    this.progress = new Progress(Date.now(), START_MS_MAX[step.way], STALL_MS_MAX[step.way]);
    this.looking = setInterval(() => this.look(video), LOOK_MS);
    player.start(video, { failed: () => this.player === player && this.fail(step.way) });
    startSilently(video, () => this.player === player && this.set({ needsTap: true }));
  }

  private look(video: HTMLVideoElement): void {
    const { progress, player } = this;
    if (progress === null || player === null) return;
    if (document.hidden || (video.paused && this.state.needsTap)) {
      progress.excuse(Date.now());
      return;
    }
    if (video.paused && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) {
      startSilently(video, () => this.set({ needsTap: true }));
    }
    const seen = progress.look(position(video, player.way), Date.now());
    if (seen === "moving") {
      this.attempt = 0;
      this.played.add(player.way);
      this.set({ phase: "playing", needsTap: false });
    } else if (seen !== "same") this.fail(player.way);
  }

  /** The next way at once, or, when this was the last one, the same again after a while. */
  private fail(way: Way): void {
    const stalled = this.state.phase === "playing";
    this.halt();
    if (way === "webrtc") {
      this.failed.add(way);
      this.begin();
      return;
    }
    // nothing plays, so it was not WebRTC's fault: where it has worked it may again once the encoder is back
    for (const worked of this.played) this.failed.delete(worked);
    const wait = waitBefore(this.attempt++, RETRY, Math.random);
    this.set({ phase: stalled ? "stalled" : "retrying", retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.begin(), wait);
  }

  private halt(): void {
    clearTimeout(this.retry);
    clearInterval(this.looking);
    this.player?.stop();
    this.player = null;
    this.progress = null;
  }

  private set(change: Partial<PlaybackState>): void {
    const next = { ...this.state, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.state)) return;
    this.state = next;
    this.changed();
  }
}

function abilities(video: HTMLVideoElement): Abilities {
  return {
    webrtc: "RTCPeerConnection" in window,
    mediaSource: hasMediaSource(),
    nativeHls: playsHlsNatively(video),
  };
}

/** What moves while the picture does. A media stream's own clock runs on without pictures, so there the frames are counted. */
function position(video: HTMLVideoElement, way: Way): number {
  return way === "webrtc" ? video.getVideoPlaybackQuality().totalVideoFrames : video.currentTime;
}

function makePlayer({ way, url }: Step): Player {
  if (way === "webrtc") return new WhepPlayer(url);
  return way === "ll-hls" ? new HlsPlayer(url) : new NativePlayer(url);
}

/** Browsers let a silent video start by itself; some do not even that. */
function startSilently(video: HTMLVideoElement, onBlocked: () => void): void {
  video.play().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked();
  });
}
