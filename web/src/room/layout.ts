import { css } from "lit";

/**
 * The room fills its box and asks the box, not the window, how wide it is - it may be a part of another's page.
 * Narrow: picture on top (a portrait picture fills everything), talk beneath. Wide: picture and shelf beside the talk.
 */
export const layout = css`
  :host {
    display: block;
    position: relative;
    height: 100%;
    min-height: 480px;
    container: room / size;
    overflow: hidden;
  }
  .frame {
    position: relative;
    display: grid;
    height: 100%;
    grid-template:
      "head" auto
      "stage" auto
      "talk" minmax(0, 1fr)
      "pinned" auto
      "bar" auto
      / minmax(0, 1fr);
    background: var(--stage);
    color: var(--stage-text);
  }
  .loading {
    place-self: center;
    grid-area: talk;
    color: var(--stage-dim);
  }
  header {
    grid-area: head;
    z-index: 1;
    display: flex;
    align-items: center;
    gap: 8px;
    padding: calc(8px + env(safe-area-inset-top)) 8px 8px 12px;
  }
  .who {
    flex: 1;
    min-width: 0;
    margin-inline-start: 2px;
  }
  h1,
  .who p {
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
  }
  h1 {
    font-size: 16px;
    line-height: 1.3;
  }
  .who p {
    font-size: 13px;
    color: var(--stage-dim);
  }
  .viewers {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 4px 10px 4px 8px;
    border-radius: 14px;
    background: var(--stage-raised);
    font-size: 14px;
  }
  .viewers svg {
    width: 16px;
    height: 16px;
  }
  .tool {
    display: grid;
    place-items: center;
    min-width: 44px;
    height: 44px;
    border-radius: 22px;
    font-size: 14px;
    font-weight: 600;
  }
  .stage {
    grid-area: stage;
    min-height: 0;
  }
  fenbo-stage {
    width: 100%;
    aspect-ratio: 16 / 9;
    max-height: 60cqh;
  }
  fenbo-stage[replay] {
    aspect-ratio: auto;
  }
  .frame:has(fenbo-stage[replay]) fenbo-pinned {
    display: none; /* nothing is being shown now; the replay's own markers say when something was */
  }
  .talk {
    grid-area: talk;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  fenbo-chat {
    flex: 1;
  }
  .notice {
    display: flex;
    gap: 8px;
    padding: 8px 14px;
    background: var(--stage-raised);
    font-size: 14px;
    overflow-wrap: anywhere;
  }
  .notice svg {
    width: 18px;
    height: 18px;
    margin-top: 1px;
    color: var(--accent-dark);
  }
  .line {
    padding: 6px 14px;
    background: #4a2a12;
    color: #ffe2c7;
    font-size: 14px;
  }
  .line button {
    padding: 4px 8px;
    font-weight: 700;
    text-decoration: underline;
  }
  fenbo-pinned {
    grid-area: pinned;
    padding: 0 10px 4px;
  }
  .goods {
    display: none;
  }
  fenbo-bar {
    grid-area: bar;
  }

  /* a portrait picture on a narrow page: everything lies over it */
  .portrait {
    --stage-fit: cover;
    --bubble: rgb(16 18 22 / 74%);
    --sound-top: 64px;
    --sound-bottom: auto;
    --tags-top: 66px;
  }
  .portrait .stage {
    grid-area: 1 / 1 / -1 / -1;
  }
  .portrait fenbo-stage {
    height: 100%;
    max-height: none;
    aspect-ratio: auto;
  }
  .portrait .talk {
    z-index: 1;
    height: min(38cqh, 100%);
    align-self: end;
    justify-content: flex-end;
  }
  .portrait fenbo-pinned,
  .portrait fenbo-bar {
    z-index: 1;
  }
  .portrait header {
    background: linear-gradient(rgb(0 0 0 / 65%), transparent);
  }

  @container room (min-width: 900px) {
    .frame,
    .frame.portrait {
      --stage-fit: contain;
      --bubble: none;
      --sound-top: auto;
      --sound-bottom: 10px;
      --tags-top: 10px;
      --card: #1b1e25;
      --card-text: var(--stage-text);
      --card-dim: var(--stage-dim);
      --card-price: var(--accent-dark);
      grid-template:
        "head head" auto
        "stage talk" minmax(0, 1fr)
        "goods talk" auto
        "goods bar" 66px
        / minmax(0, 1fr) 360px;
    }
    header,
    .portrait header {
      padding: 10px 16px;
      background: none;
      border-bottom: 1px solid var(--stage-line);
    }
    .stage,
    .portrait .stage {
      grid-area: stage;
      background: #000;
    }
    fenbo-stage,
    .portrait fenbo-stage {
      height: 100%;
      max-height: none;
      aspect-ratio: auto;
    }
    .talk,
    .portrait .talk {
      height: auto;
      align-self: stretch;
      justify-content: flex-start;
      border-inline-start: 1px solid var(--stage-line);
    }
    fenbo-pinned {
      grid-area: stage;
      place-self: end start;
      z-index: 1;
      width: 360px;
      max-width: calc(100% - 90px);
      padding: 0 0 12px 12px;
    }
    .goods {
      grid-area: goods;
      display: block;
      max-height: 30cqh;
      overflow-y: auto;
      padding: 12px;
      border-top: 1px solid var(--stage-line);
    }
    fenbo-bar {
      border-inline-start: 1px solid var(--stage-line);
      border-top: 1px solid var(--stage-line);
    }
  }
`;
