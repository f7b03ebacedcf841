import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { RoomView, ShowView } from "../api/types.ts";
import { mediaKey } from "../player/plan.ts";
import { Playback } from "../player/playback.ts";
import { WAY_NAMES } from "../player/player.ts";
import type { Text } from "../text/room.ts";
import { formatMoment, leftUntil } from "../times.ts";
import { base } from "../ui/base.ts";
import { icons } from "../ui/icons.ts";
import "./replay.ts";
import { pictureStatus } from "./status.ts";

/** The picture, its states, and its sound. Says `stage-portrait` (detail: boolean) when it knows the picture's shape. */
export class FenboStage extends LitElement {
  static override properties = { view: { attribute: false }, text: { attribute: false }, muted: { state: true } };
  declare view: RoomView;
  declare text: Text;
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
        background: #000;
        color: #fff;
        overflow: hidden;
      }
      :host([replay]) {
        display: flex;
        flex-direction: column;
      }
      fenbo-replay {
        flex: 1;
        min-height: 0;
      }
      video {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: var(--stage-fit, contain);
        background: #000;
      }
      .over {
        position: absolute;
        inset: 0;
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: 10px;
        padding: 16px;
        text-align: center;
        background: rgb(10 11 14 / 72%);
      }
      .over.bare {
        background: none;
        pointer-events: none;
      }
      .over.cover {
        background: radial-gradient(circle at 50% 0%, color-mix(in srgb, var(--accent) 45%, #15171d), #101216 75%);
      }
      .over.pictured {
        background: linear-gradient(rgb(10 11 14 / 55%), rgb(10 11 14 / 78%)), var(--cover) center / cover;
      }
      .over h2 {
        font-size: clamp(18px, 4.5cqw, 28px);
        line-height: 1.25;
        text-wrap: balance;
      }
      .over p {
        color: #d5d9e0;
      }
      .status {
        padding: 8px 16px;
        border-radius: 18px;
        background: rgb(0 0 0 / 72%);
        color: #fff;
      }
      .count {
        display: flex;
        gap: 8px;
      }
      .count span {
        display: grid;
        min-width: 58px;
        padding: 8px 6px;
        border-radius: 10px;
        background: rgb(0 0 0 / 60%);
        font-size: 24px;
        font-weight: 700;
        line-height: 1.1;
      }
      .count small {
        font-size: 12px;
        font-weight: 400;
        color: #d5d9e0;
      }
      .tags {
        position: absolute;
        top: var(--tags-top, 10px);
        left: 10px;
        display: flex;
        gap: 6px;
        font-size: 12px;
        font-weight: 600;
      }
      .tags span {
        padding: 3px 8px;
        border-radius: 6px;
        background: rgb(0 0 0 / 66%);
      }
      .tags .live {
        background: #c9102b;
      }
      .sound {
        position: absolute;
        right: 10px;
        top: var(--sound-top, auto);
        bottom: var(--sound-bottom, 10px);
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
        min-width: 44px;
        padding: 0 11px;
        border-radius: 22px;
        background: rgb(0 0 0 / 66%);
        color: #fff;
        font-weight: 600;
      }
      .sound.wanted {
        background: #fff;
        color: #16181d;
        padding: 0 18px 0 14px;
      }
      .play {
        display: grid;
        justify-items: center;
        gap: 8px;
        color: #fff;
        font-weight: 600;
        pointer-events: auto;
      }
      .play svg {
        width: 64px;
        height: 64px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick = setInterval(() => this.requestUpdate(), 1_000);
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
    this.playback.end();
  }

  override updated(): void {
    this.toggleAttribute("replay", this.view.show?.replay === true);
    if (this.isConnected) this.playback.follow(this.renderRoot.querySelector("video"), this.view.show);
  }

  override render() {
    const { show } = this.view;
    if (show?.replay === true) {
      return html`<fenbo-replay .room=${this.view.room} .show=${show.id} .text=${this.text}></fenbo-replay>`;
    }
    const playing = this.playback.state.phase === "playing";
    return html`
      <video
        playsinline
        autoplay
        .muted=${this.muted}
        disablepictureinpicture
        aria-label=${this.text.video}
        ?hidden=${mediaKey(show) === null && show?.state !== "live"}
        @resize=${this.measured}
        @loadedmetadata=${this.measured}
      ></video>
      ${show?.state === "live" ? this.overPicture() : this.insteadOfPicture(show)}
      ${show?.state === "live" ? this.tags() : nothing} ${playing ? this.soundButton() : nothing}
    `;
  }

  private overPicture(): TemplateResult | typeof nothing {
    if (this.playback.state.needsTap) {
      return html`<div class="over">
        <button class="play" @click=${() => this.playback.play()}>${icons.play}${this.text.tapToPlay}</button>
      </div>`;
    }
    const status = pictureStatus(this.text, this.playback.state, Date.now());
    return html`<div class="over bare" role="status">
      ${status === "" ? nothing : html`<span class="status">${status}</span>`}
    </div>`;
  }

  private insteadOfPicture(show: ShowView | null): TemplateResult {
    const { cover_url: cover, name } = this.view;
    // during a pause the slate plays on, so that going on needs no new start: it is not written over
    if (show?.state === "paused" && this.playback.state.phase === "playing") return this.pauseTags();
    const style = cover === "" ? "" : `--cover:url(${JSON.stringify(cover)})`;
    const look = cover === "" ? "cover" : "pictured";
    return html`<div class="over ${look}" style=${style}>${this.words(show, name)}</div>`;
  }

  private pauseTags(): TemplateResult {
    const { paused, pausedHint } = this.text;
    return html`<div class="tags" role="status"><span>${paused}</span><span>${pausedHint}</span></div>`;
  }

  private words(show: ShowView | null, name: string): TemplateResult {
    const { text } = this;
    switch (show?.state) {
      case "announced":
        return html`<h2>${show.title}</h2>
          ${this.countdown(show.starts_at)}`;
      case "paused":
        return html`<h2>${text.paused}</h2>
          <p>${text.pausedHint}</p>`;
      case "ended":
        return html`<h2>${text.ended}</h2>
          <p>${text.endedHint}</p>`;
      default:
        return html`<h2>${name}</h2>
          <p>${text.noShow}<br />${text.noShowHint}</p>`;
    }
  }

  private countdown(startsAt: string | null): TemplateResult {
    const { text } = this;
    const left = startsAt === null ? [0, 0, 0, 0] : leftUntil(startsAt, Date.now());
    if (startsAt === null || left.every((part) => part === 0)) return html`<p>${text.startsSoon}</p>`;
    const names = [text.days, text.hours, text.minutes, text.seconds];
    const parts = left.map((value, i) => ({ value, name: names[i] })).slice(left[0] === 0 ? 1 : 0);
    return html`<p>${text.startsIn}</p>
      <div class="count tabular" role="timer">
        ${parts.map(({ value, name }) => html`<span>${String(value).padStart(2, "0")}<small>${name}</small></span>`)}
      </div>
      <p>${formatMoment(startsAt, text.language)}</p>`;
  }

  private tags(): TemplateResult {
    const { way, phase } = this.playback.state;
    const delay = this.playback.delay();
    const title = way === null ? "" : this.text.playsBy(WAY_NAMES[way]);
    return html`<div class="tags">
      <span class="live">${this.text.live}</span>
      ${
        way === null || phase !== "playing"
          ? nothing
          : html`<span class="tabular" title=${title} data-way=${way}
            >${WAY_NAMES[way]}${delay === null ? "" : html` · ${this.text.delay(delay.toFixed(1))}`}</span
          >`
      }
    </div>`;
  }

  /** The moment of the broadcast that the picture shows, in ms; null while none plays or nobody can tell. */
  pictureAt(): number | null {
    const delay = this.playback.state.phase === "playing" ? this.playback.delay() : null;
    return delay === null ? null : Math.round(Date.now() - delay * 1000);
  }

  private soundButton(): TemplateResult {
    const { muted, text } = this;
    return html`<button class="sound ${muted ? "wanted" : ""}" aria-label=${muted ? text.tapForSound : text.mute} @click=${this.toggleSound}>
      ${muted ? icons.soundOff : icons.soundOn}${muted ? text.tapForSound : nothing}
    </button>`;
  }

  private toggleSound(): void {
    this.muted = !this.muted;
  }

  private measured(event: Event): void {
    const video = event.target as HTMLVideoElement;
    if (video.videoWidth === 0) return;
    this.dispatchEvent(new CustomEvent("stage-portrait", { detail: video.videoHeight > video.videoWidth }));
  }
}

customElements.define("fenbo-stage", FenboStage);
