import type { Player, Report } from "./player.ts";

const GATHER_MS_MAX = 500; // the server is ICE-lite and told us its addresses: our own matter little
const GONE_MS_MAX = 4_000; // "disconnected" may heal by itself

/** WebRTC by WHEP (draft-ietf-wish-whep): one POST with the offer, then DELETE on the session's URL. */
export class WhepPlayer implements Player {
  readonly way = "webrtc";
  private peer: RTCPeerConnection | null = null;
  private session: string | null = null;
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
    this.peer = null;
    if (this.video) this.video.srcObject = null;
    this.endSession();
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
    await peer.setLocalDescription();
    await gathered(peer);
    await peer.setRemoteDescription({ type: "answer", sdp: await this.exchange(peer.localDescription?.sdp ?? "") });
  }

  private async exchange(offer: string): Promise<string> {
    const answer = await fetch(this.url, {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/sdp" },
      body: offer,
    });
    if (answer.status !== 201) throw new Error(`WHEP ${answer.status}`);
    const location = answer.headers.get("Location");
    this.session = location === null ? null : new URL(location, answer.url).href;
    const sdp = await answer.text();
    if (this.stopped) this.endSession();
    return sdp;
  }

  private watch(peer: RTCPeerConnection, report: Report): void {
    clearTimeout(this.gone);
    const state = peer.connectionState;
    if (state === "failed") report.failed("WebRTC failed");
    if (state === "disconnected") {
      this.gone = setTimeout(() => report.failed("WebRTC disconnected"), GONE_MS_MAX);
    }
  }

  private endSession(): void {
    if (this.session === null) return;
    // keepalive: also when the page is being closed; nobody waits for the answer
    fetch(this.session, { method: "DELETE", credentials: "include", keepalive: true }).catch(() => undefined);
    this.session = null;
  }
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS_MAX);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
  });
}
