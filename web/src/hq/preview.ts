import { css, html, LitElement, nothing } from "lit";
import type { ShowHq } from "../api/hq-types.ts";
import { Playback } from "../player/playback.ts";
import { WAY_NAMES } from "../player/player.ts";
import { pictureStatus } from "../room/status.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { icons } from "../ui/icons.ts";

/** The picture as viewers get it - for headquarters already before the show is on. */
export class FenboPreview extends LitElement {
  static override properties = { show: { attribute: false }, text: { attribute: false }, muted: { state: true } };
  declare show: ShowHq | null;
  declare text: HqText;
  declare muted: boolean;
  private readonly playback = new Playback(() => this.requestUpdate());
  private tick: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.muted = true;
  }

  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: relative;
        aspect-ratio: 16 / 9;
        border-radius: 14px;
        overflow: hidden;
        background: #101216;
        color: #fff;
      }
      video {
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .over {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        padding: 24px;
        text-align: center;
        pointer-events: none;
      }
      .tag {
        position: absolute;
        left: 10px;
        top: 10px;
        padding: 3px 8px;
        border-radius: 6px;
        background: rgb(0 0 0 / 66%);
        font-size: 12px;
        font-weight: 600;
      }
      button {
        position: absolute;
        right: 10px;
        bottom: 10px;
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        background: rgb(0 0 0 / 66%);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick = setInterval(() => this.requestUpdate(), 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
    this.playback.end();
  }

  override updated(): void {
    const { show } = this;
    const playable = show === null || show.hls === null || show.state === "ended" ? null : show;
    const video = this.renderRoot.querySelector("video");
    if (this.isConnected)
      this.playback.follow(video, playable && { ...playable, state: "live", whep: null, replay: false });
  }

  override render() {
    const { text, playback, muted } = this;
    const { phase, way } = playback.state;
    const words = phase === "idle" ? text.noPicture : pictureStatus(text.room, playback.state, Date.now());
    const delay = playback.delay();
    return html`<video playsinline autoplay .muted=${muted} aria-label=${text.preview} data-phase=${phase}></video>
      <p class="over" role="status">${words}</p>
      ${
        phase === "playing" && way !== null
          ? html`<span class="tag tabular">${WAY_NAMES[way]}${delay === null ? "" : ` · ${text.room.delay(delay.toFixed(1))}`}</span>
              <button aria-label=${muted ? text.room.unmute : text.room.mute} @click=${this.toggle}>
                ${muted ? icons.soundOff : icons.soundOn}
              </button>`
          : nothing
      }`;
  }

  private toggle(): void {
    this.muted = !this.muted;
  }
}

customElements.define("fenbo-preview", FenboPreview);
