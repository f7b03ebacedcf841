import type { Player, Report } from "./player.ts";
import { exchange, type SdpSession } from "./sdp-exchange.ts";

const GONE_MS_MAX = 4_000; // "disconnected" may heal by itself

/** WebRTC by WHEP (draft-ietf-wish-whep). */
export class WhepPlayer implements Player {
  readonly way = "webrtc";
  private peer: RTCPeerConnection | null = null;
  private session: SdpSession | null = null;
  private video: HTMLVideoElement | null = null;
  private stopped = false;
  private gone: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly url: string) {}

  start(video: HTMLVideoElement, report: Report): void {
    this.video = video;
    this.connect(video, report).catch((error: unknown) => {
      if (!this.stopped) report.failed(String(error));
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.gone);
    this.peer?.close();
    this.session?.end();
    if (this.video) this.video.srcObject = null;
  }

  delay(): number | null {
    return null; // WebRTC plays at once; what is left cannot be known from here
  }

  private async connect(video: HTMLVideoElement, report: Report): Promise<void> {
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.peer = peer;
    const media = new MediaStream();
    video.srcObject = media;
    peer.addEventListener("track", (event) => media.addTrack(event.track));
    peer.addEventListener("connectionstatechange", () => this.watch(peer, report));
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    this.session = await exchange(peer, this.url, "");
  }

  private watch(peer: RTCPeerConnection, report: Report): void {
    clearTimeout(this.gone);
    const state = peer.connectionState;
    if (state === "failed") report.failed("WebRTC failed");
    if (state === "disconnected") {
      this.gone = setTimeout(() => report.failed("WebRTC disconnected"), GONE_MS_MAX);
    }
  }
}
