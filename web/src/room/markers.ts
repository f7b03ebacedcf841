/** Which of a replay's markers is the present one: pure. */
import type { Marker } from "../api/replay.ts";

/** The index of the last marker that has been reached; -1 before the first. */
export function reached(markers: readonly Marker[], seconds: number): number {
  return markers.findLastIndex((marker) => marker.seconds <= seconds);
}

/** 3:07, 1:02:03. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours === 0 ? `${minutes}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`;
}
