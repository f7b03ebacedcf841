export interface Backoff {
  first_ms: number;
  most_ms: number;
}

/** How long to wait before the n-th try (from 0): doubling, with the lower half random so that rooms do not come back at once. */
export function waitBefore(attempt: number, { first_ms, most_ms }: Backoff, random: () => number): number {
  const full = Math.min(most_ms, first_ms * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
