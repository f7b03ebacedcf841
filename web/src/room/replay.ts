import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Marker, type Replay, replayOf } from "../api/replay.ts";
import { HlsPlayer, hasMediaSource } from "../player/hls-player.ts";
import { NativePlayer } from "../player/native-player.ts";
import type { Player } from "../player/player.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { picture } from "../ui/picture.ts";
import { clockOf, reached } from "./markers.ts";

/** The recording of a show that is over, with what was shown when: a tap on a product plays from there. */
export class FenboReplay extends LitElement {
  static override properties = {
    room: {},
    show: {},
    text: { attribute: false },
    replay: { state: true },
    failed: { state: true },
    current: { state: true },
  };
  declare room: string;
  declare show: string;
  declare text: Text;
  declare replay: Replay | null;
  declare failed: boolean;
  declare current: number;
  private player: Player | null = null;

  constructor() {
    super();
    this.replay = null;
    this.failed = false;
    this.current = -1;
  }

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        background: #000;
        color: #fff;
      }
      .picture {
        position: relative;
        flex: 1 1 auto;
        min-height: 0;
        aspect-ratio: 16 / 9;
      }
      video {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: contain;
        background: #000;
      }
      .tag {
        position: absolute;
        top: 10px;
        left: 10px;
        padding: 3px 8px;
        border-radius: 6px;
        background: rgb(0 0 0 / 66%);
        font-size: 12px;
        font-weight: 600;
        pointer-events: none;
      }
      .over {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 12px;
        background: #101216;
      }
      .over button {
        min-height: 44px;
        padding: 0 18px;
        border-radius: 22px;
        background: #fff;
        color: #16181d;
        font-weight: 600;
      }
      ol {
        display: flex;
        gap: 8px;
        margin: 0;
        padding: 8px 10px;
        list-style: none;
        overflow-x: auto;
        background: var(--stage);
      }
      li {
        flex: none;
      }
      li button {
        display: flex;
        align-items: center;
        gap: 8px;
        max-width: 220px;
        min-height: 44px;
        padding: 4px 12px 4px 4px;
        border: 1px solid var(--stage-line);
        border-radius: 10px;
        background: var(--stage-raised);
        color: var(--stage-text);
        text-align: start;
      }
      li button[aria-current] {
        border-color: var(--accent-dark);
      }
      .name {
        display: block;
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
        font-size: 14px;
      }
      .words {
        min-width: 0;
      }
      small {
        font-size: 12px;
        color: var(--stage-dim);
      }
      [aria-current] small {
        color: var(--accent-dark);
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("show") || changed.has("room")) void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.player?.stop();
    this.player = null;
  }

  override updated(): void {
    const video = this.renderRoot.querySelector("video");
    if (this.player !== null || this.replay === null || this.failed || video === null) return;
    this.player = hasMediaSource() ? new HlsPlayer(this.replay.hls) : new NativePlayer(this.replay.hls);
    this.player.start(video, { failed: () => this.fail() });
  }

  override render() {
    const words = this.text.replay;
    return html`<div class="picture">
        <video playsinline controls preload="metadata" aria-label=${words.replay} @timeupdate=${this.moved} @seeked=${this.moved}></video>
        ${this.replay === null || this.failed ? this.instead() : html`<span class="tag">${words.replay}</span>`}
      </div>
      ${this.replay === null || this.replay.markers.length === 0 ? nothing : this.markers(this.replay.markers)}`;
  }

  private instead(): TemplateResult {
    const words = this.text.replay;
    if (!this.failed) return html`<div class="over"><p role="status">${words.loading}</p></div>`;
    return html`<div class="over">
      <p role="alert">${words.failed}</p>
      <button @click=${() => this.load()}>${words.again}</button>
    </div>`;
  }

  private markers(markers: readonly Marker[]): TemplateResult {
    const words = this.text.replay;
    return html`<ol aria-label=${words.markers} tabindex="0">
      ${markers.map((marker, at) => {
        const time = clockOf(marker.seconds);
        return html`<li>
          <button
            aria-label=${words.jump(marker.name, time)}
            aria-current=${at === this.current ? "true" : nothing}
            @click=${() => this.jump(marker)}
          >
            ${picture(marker.image_url, marker.name, 36)}
            <span class="words"><span class="name">${marker.name}</span><small class="tabular">${time}</small></span>
          </button>
        </li>`;
      })}
    </ol>`;
  }

  private async load(): Promise<void> {
    this.player?.stop();
    this.player = null;
    this.failed = false;
    this.replay = null;
    const { room, show } = this;
    const current = () => room === this.room && show === this.show;
    try {
      const replay = await replayOf(room);
      if (current()) this.replay = replay;
    } catch {
      if (current()) this.fail();
    }
  }

  private fail(): void {
    this.player?.stop();
    this.player = null;
    this.failed = true;
  }

  private jump(marker: Marker): void {
    const video = this.renderRoot.querySelector("video");
    if (video === null) return;
    video.currentTime = marker.seconds;
    video.play().catch(() => undefined); // a browser that refuses has its controls beneath the picture
  }

  private moved(event: Event): void {
    this.current = reached(this.replay?.markers ?? [], (event.target as HTMLVideoElement).currentTime + 0.25);
  }
}

customElements.define("fenbo-replay", FenboReplay);
