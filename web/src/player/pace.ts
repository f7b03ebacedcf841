/**
 * Holds every page at the same distance from the live edge, so that all rooms show the same moment.
 *
 * hls.js only catches up, never waits, and keeps a second more after every stall: two rooms side by side then stay apart.
 * All times are in seconds.
 */

const DISTANCE_IGNORED = 0.05;
const DISTANCE_PLAYED_AWAY_MAX = 4; // what is further behind is skipped: playing it away would take a minute
const DISTANCE_BUFFERED_MAX = 1; // and this already when what to go on with is there: a skip, no wait
const GAIN = 0.5; // rate per second of distance
const RATE_STEP = 0.02; // few and clear changes: each costs the sound a little
const RATE_MIN = 0.94; // the pitch is kept, so hardly anybody hears either
const RATE_MAX = 1.1;
const BUFFER_TO_CATCH_UP_MIN = 0.6;

const PATIENCE_STEP = 0.5;
const PATIENCE_MAX = 2;
const CALM = 20; // one stall in this time is bad luck; a second one is the line, and it is given more room

/** How playing should go on: at this rate, or at once at its goal. */
export type Step = number | "jump";

/** From `distance` behind its goal (ahead: below zero), with `buffered` to be played. */
export function step(distance: number, buffered: number): Step {
  if (distance > DISTANCE_PLAYED_AWAY_MAX) return "jump";
  if (distance > DISTANCE_BUFFERED_MAX && buffered > distance + BUFFER_TO_CATCH_UP_MIN) return "jump";
  if (Math.abs(distance) <= DISTANCE_IGNORED) return 1;
  if (distance > 0 && buffered < BUFFER_TO_CATCH_UP_MIN) return 1;
  const rate = 1 + Math.round((distance * GAIN) / RATE_STEP) * RATE_STEP;
  return Math.min(RATE_MAX, Math.max(RATE_MIN, rate));
}

/** How much further back than all others a line plays that stalls again and again; given back while it is calm. */
export class Patience {
  private extra = 0;
  private last = Number.NEGATIVE_INFINITY;

  stalled(now: number): void {
    const again = now - this.last < CALM;
    this.extra = Math.min(PATIENCE_MAX, this.at(now) + (again ? PATIENCE_STEP : 0));
    this.last = now;
  }

  at(now: number): number {
    const calm = Math.max(0, Math.floor((now - this.last) / CALM));
    return Math.max(0, this.extra - calm * PATIENCE_STEP);
  }
}
