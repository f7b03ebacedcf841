import type { Player, Report } from "./player.ts";

export function playsHlsNatively(video: HTMLVideoElement): boolean {
  return video.canPlayType("application/vnd.apple.mpegurl") !== "";
}

/** HLS by the browser itself: iPhones without MSE, and others of that kind. */
export class NativePlayer implements Player {
  readonly way = "hls";
  private video: HTMLVideoElement | null = null;
  private readonly listening = new AbortController();

  constructor(private readonly url: string) {}

  start(video: HTMLVideoElement, report: Report): void {
    this.video = video;
    const fail = () => report.failed(`media error ${video.error?.code ?? ""}`);
    video.addEventListener("error", fail, { signal: this.listening.signal });
    video.src = this.url;
  }

  stop(): void {
    this.listening.abort();
    this.video?.removeAttribute("src");
    this.video?.load();
  }

  delay(): number | null {
    const video = this.video;
    if (!video || video.seekable.length === 0) return null;
    return Math.max(0, video.seekable.end(video.seekable.length - 1) - video.currentTime);
  }
}
