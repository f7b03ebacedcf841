import type Hls from "hls.js";
import type { Player, Report } from "./player.ts";

const MEDIA_RECOVERIES_MAX = 2;
const BACK_BUFFER_SECONDS = 20;
const CATCH_UP_RATE = 1.1; // the pitch is kept, so hardly anybody hears it; from 2.5 s behind to 1.5 s it takes 10 s

export function hasMediaSource(): boolean {
  return "MediaSource" in window || "ManagedMediaSource" in window;
}

/** Low-latency HLS through hls.js, which is fetched only when it is needed. */
export class HlsPlayer implements Player {
  readonly way = "ll-hls";
  private hls: Hls | null = null;
  private stopped = false;
  private recoveries = 0;

  constructor(private readonly url: string) {}

  start(video: HTMLVideoElement, report: Report): void {
    import("hls.js").then(
      (module) => {
        if (!this.stopped) this.attach(module.default, video, report);
      },
      () => report.failed("hls.js could not be loaded"),
    );
  }

  stop(): void {
    this.stopped = true;
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
      maxLiveSyncPlaybackRate: CATCH_UP_RATE,
      // fMP4 needs no remuxing, so a worker would only cost a copy (and a blob: in the content security policy)
      enableWorker: false,
    });
    this.hls = hls;
    hls.on(Library.Events.ERROR, (_event, data) => {
      if (!data.fatal) return;
      if (data.type === Library.ErrorTypes.MEDIA_ERROR && this.recoveries++ < MEDIA_RECOVERIES_MAX) {
        hls.recoverMediaError();
      } else {
        report.failed(data.details);
      }
    });
    hls.loadSource(this.url);
    hls.attachMedia(video);
  }
}
