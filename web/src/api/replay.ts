import { ask } from "./problem.ts";
import type { ShowState } from "./types.ts";

/** A product was shown `seconds` after the beginning. */
export interface Marker {
  product: string;
  name: string;
  image_url: string;
  seconds: number;
}

export interface Replay {
  show: string;
  title: string;
  hls: string;
  seconds: number;
  markers: Marker[];
}

/** What headquarters decides about the recording of a show; `seconds` is null when there is none. */
export interface ReplayHq {
  show: string;
  title: string;
  state: ShowState;
  created_at: string;
  published: boolean;
  days: number | null;
  seconds: number | null;
}

export function replayOf(room: string): Promise<Replay> {
  return ask(`/api/v1/rooms/${room}/replay`);
}
