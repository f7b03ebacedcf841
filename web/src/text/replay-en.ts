/** Words of replays in English. */
export const replayEn = {
  replay: "Replay",
  loading: "Loading the replay…",
  failed: "The replay cannot be played now.",
  again: "Try again",
  markers: "Shown in this show",
  jump: (name: string, time: string) => `${name}, shown at ${time}: play from there`,
};

export const hqReplayEn = {
  title: "Recordings",
  none: "No show has begun yet.",
  nothing: "nothing recorded",
  published: "Published",
  whenOver: "Published when it ends",
  withdrawn: "Not published",
  publish: "Publish replay",
  withdraw: "Withdraw replay",
  keep: "Keep",
  days: (n: number) => (n === 1 ? "1 day" : `${n} days`),
  asLongAsCanBe: "as long as possible",
};
