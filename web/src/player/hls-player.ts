import type Hls from "hls.js";
import { Patience, step } from "./pace.ts";
import type { Player, Report } from "./player.ts";

const MEDIA_RECOVERIES_MAX = 2;
const BACK_BUFFER_SECONDS = 20;

export function hasMediaSource(): boolean {
  return "MediaSource" in window || "ManagedMediaSource" in window;
}

/** Fetched only when it is needed; a page that knows so early asks early. */
export function loadHls(): Promise<typeof import("hls.js")> {
  return import("hls.js");
}

/** Low-latency HLS through hls.js. */
export class HlsPlayer implements Player {
  readonly way = "ll-hls";
  private hls: Hls | null = null;
  private stopped = false;
  private recoveries = 0;
  private readonly patience = new Patience();
  private readonly stopping = new AbortController();

  constructor(private readonly url: string) {}

  start(video: HTMLVideoElement, report: Report): void {
    loadHls().then(
      (module) => {
        if (!this.stopped) this.attach(module.default, video, report);
      },
      () => report.failed("hls.js could not be loaded"),
    );
  }

  stop(): void {
    this.stopped = true;
    this.stopping.abort();
    this.hls?.destroy();
    this.hls = null;
  }

  delay(): number | null {
    const latency = this.hls?.latency ?? 0;
    return latency > 0 ? latency : null;
  }

  private attach(Library: typeof Hls, video: HTMLVideoElement, report: Report): void {
    const hls = new Library({
      lowLatencyMode: true,
      backBufferLength: BACK_BUFFER_SECONDS,
      maxLiveSyncPlaybackRate: 1, // pace.ts does both
      liveSyncOnStallIncrease: 0,
      // fMP4 needs no remuxing, so a worker would only cost a copy (and a blob: in the content security policy)
      enableWorker: false,
    });
    this.hls = hls;
    hls.on(Library.Events.ERROR, (_event, data) => {
      if (data.details === Library.ErrorDetails.BUFFER_STALLED_ERROR) this.patience.stalled(seconds());
      if (!data.fatal) return;
      if (data.type === Library.ErrorTypes.MEDIA_ERROR && this.recoveries++ < MEDIA_RECOVERIES_MAX) {
        hls.recoverMediaError();
      } else {
        report.failed(data.details);
      }
    });
    hls.loadSource(this.url);
    hls.attachMedia(video);
    const { signal } = this.stopping;
    video.addEventListener("timeupdate", () => this.keepPace(hls, video), { signal });
    signal.addEventListener("abort", () => {
      video.playbackRate = 1;
    });
  }

  private keepPace(hls: Hls, video: HTMLVideoElement): void {
    // reckoned now: hls.latency is of the last look, which may have been before a seek
    const sync = hls.latestLevelDetails?.live ? hls.liveSyncPosition : null;
    if (sync === null || video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const distance = sync - this.patience.at(seconds()) - video.currentTime;
    const next = step(distance, ahead(video));
    if (next === "jump") video.currentTime += distance;
    else video.playbackRate = next;
  }
}

function seconds(): number {
  return performance.now() / 1000;
}

/** Seconds that are there to be played. */
function ahead({ buffered, currentTime }: HTMLVideoElement): number {
  return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
}
