import { exchange, type SdpSession } from "../player/sdp-exchange.ts";

export type Device = "camera" | "screen";

const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const VIDEO_BITS_PER_SECOND_MAX = 2_500_000;

/** Publishes this browser's camera or screen by WHIP (RFC 9725). Used once. */
export class WhipPublisher {
  private readonly peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  private session: SdpSession | null = null;

  private constructor(
    readonly media: MediaStream,
    private readonly ended: () => void,
  ) {}

  /** Throws a `DOMException` when the device is refused, a `Problem` when the server refuses. `ended`: it is over by itself. */
  static async start(device: Device, url: string, streamKey: string, ended: () => void): Promise<WhipPublisher> {
    const publisher = new WhipPublisher(await open(device), ended);
    try {
      await publisher.connect(url, streamKey);
    } catch (error) {
      publisher.stop();
      throw error;
    }
    return publisher;
  }

  stop(): void {
    for (const track of this.media.getTracks()) track.stop();
    this.session?.end();
    this.session = null;
    this.peer.close();
  }

  private async connect(url: string, streamKey: string): Promise<void> {
    const { peer, media } = this;
    for (const track of media.getTracks()) {
      // the browser's own "stop sharing"
      track.addEventListener("ended", () => this.over());
      const encoding = track.kind === "video" ? [{ maxBitrate: VIDEO_BITS_PER_SECOND_MAX }] : [{}];
      const init: RTCRtpTransceiverInit = { direction: "sendonly", streams: [media], sendEncodings: encoding };
      preferH264(peer.addTransceiver(track, init), track.kind);
    }
    peer.addEventListener("connectionstatechange", () => peer.connectionState === "failed" && this.over());
    this.session = await exchange(peer, url, streamKey);
  }

  private over(): void {
    if (this.session === null) return;
    this.stop();
    this.ended();
  }
}

async function open(device: Device): Promise<MediaStream> {
  const devices = navigator.mediaDevices;
  if (device === "camera") return devices.getUserMedia({ video: PICTURE, audio: true });
  return devices.getDisplayMedia({ video: PICTURE, audio: true });
}

/** H.264 goes to the rooms as it is; anything else costs the server a transcoding. */
function preferH264(transceiver: RTCRtpTransceiver, kind: string): void {
  const codecs = RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
  const rank = (codec: { mimeType: string }) => (codec.mimeType.toLowerCase() === "video/h264" ? 0 : 1);
  if (kind === "video" && codecs.length > 0)
    transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}
