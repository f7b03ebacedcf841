/** Which ways to try, in which order: pure. */

import type { ShowView } from "../api/types.ts";
import type { Way } from "./player.ts";

export interface Abilities {
  webrtc: boolean;
  mediaSource: boolean;
  nativeHls: boolean;
}

export interface Step {
  way: Way;
  url: string;
}

/**
 * WHEP first where there is one, then LL-HLS through MSE, then what the browser plays by itself. A way that has failed in this
 * show is not tried first again: whoever's network blocks UDP should not wait for it at every stall.
 */
export function plan(show: ShowView, can: Abilities, failed: ReadonlySet<Way>): Step[] {
  const steps: Step[] = [];
  if (show.whep !== null && can.webrtc && !failed.has("webrtc")) steps.push({ way: "webrtc", url: show.whep });
  if (show.hls !== null && can.mediaSource) steps.push({ way: "ll-hls", url: show.hls });
  else if (show.hls !== null && can.nativeHls) steps.push({ way: "hls", url: show.hls });
  return steps;
}

/** Whether the picture should be playing now, and if so, what: two equal keys mean the same media. */
export function mediaKey(show: ShowView | null): string | null {
  if (show?.state !== "live" && show?.state !== "paused") return null;
  return show.hls === null && show.whep === null ? null : `${show.id} ${show.hls ?? ""}`;
}
