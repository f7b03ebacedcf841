import type { PlaybackState } from "../player/playback.ts";
import type { Text } from "../text/room.ts";
import type { SocketState } from "./socket.ts";

export function secondsTo(moment: number, now: number): number {
  return Math.max(0, Math.ceil((moment - now) / 1000));
}

/** What to say about the room's line, or "" while all is well. */
export function lineStatus(text: Text, state: SocketState, known: boolean, now: number): string {
  if (state.phase === "open") return "";
  if (state.phase === "connecting") return known ? text.reconnecting : text.connecting;
  const left = secondsTo(state.retryAt, now);
  return left > 1 ? text.reconnectIn(left) : text.reconnecting;
}

/** What to say over the picture of a show that is on, or "" while it moves. */
export function pictureStatus(text: Text, state: PlaybackState, now: number): string {
  switch (state.phase) {
    case "waiting":
      return text.waitingForPicture;
    case "connecting":
      return text.connectingPicture;
    case "stalled":
      return text.stalledPicture;
    case "retrying": {
      const left = secondsTo(state.retryAt, now);
      return left > 1 ? text.pictureAgainIn(left) : text.connectingPicture;
    }
    case "impossible":
      return text.cannotPlay;
    default:
      return "";
  }
}
