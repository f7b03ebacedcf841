/** Words of the studio in English. */
export const studioEn = {
  sources: "On air",
  nothing: "Nothing is being sent.",
  seen: "Viewers see",
  on: { primary: "the primary source", backup: "the backup source", slate: "the slate", none: "nothing yet" },
  slots: { primary: "Primary", backup: "Backup" } as Record<string, string>,
  state: { waiting: "waiting for a key frame", on: "on air", standby: "standing by", closed: "gone" } as Record<
    string,
    string
  >,
  take: (slot: string) => `Show ${slot}`,
  automatic: "Choose automatically",
  back: "Go back to the primary by itself, ten healthy seconds after its return",
  replace: "Let the next encoder replace this one",
  replacing: "For a minute, the next encoder with this key gets in.",
  advice: {
    silent: (n: number) => `Nothing has come from the encoder for ${n} s: viewers do not see it.`,
    no_video: () => "The encoder sends no picture.",
    no_audio: () => "The encoder sends no sound.",
    long_groups: (n: number) =>
      `Key frames come every ${n} s: viewers on LL-HLS wait that long. Set the key frame interval to 2 s.`,
    uneven: (n: number) => `Pictures arrive unevenly, by ${n} ms: look at the network between encoder and server.`,
    low_frame_rate: (n: number) => `Only ${n} pictures a second: movement is not smooth.`,
    high_bit_rate: (n: number) => `${n} Mb/s is more than most phones can receive.`,
    not_for_all: () => "This codec does not play on every phone; H.264 does.",
    b_frames: () =>
      "B-frames: for WebRTC viewers the picture is encoded anew on this server. Turn them off to spare it.",
  } as Record<string, (n: number) => string>,

  limits: "Validity",
  noLimits: "valid without limits",
  from: (when: string) => `from ${when}`,
  until: (when: string) => `until ${when}`,
  onlyShow: "for one show alone",
  validFrom: "Valid from",
  validUntil: "Valid until",
  onlyThisShow: "Only for the show above",
  setLimits: "Set validity",
  revoke: "Revoke",
  revokeSure: "The key stops working at once, and whoever uses it is cut off. Revoke it?",

  slates: "Slates",
  slatesHint:
    "What viewers see instead of the picture: PNG or JPEG, or an MP4 of up to 30 seconds that is repeated. 8 MB at most.",
  causes: { waiting: "While nobody publishes", paused: "During a pause" },
  own: "your own",
  standard: "the usual one",
  choose: "Choose a file",
  remove: "Use the usual one",

  restreams: "Restream",
  restreamsHint: "The broadcast is pushed to these servers too.",
  restreamName: "Name",
  restreamUrl: "RTMP address with its stream key",
  restreamSecret: "It is kept encrypted and never shown again.",
  add: "Add",
  restreamState: {
    missing: "address did not come along: enter it again",
    off: "off",
    waiting: "waits for the show",
    connecting: "connecting",
    sending: "sending",
    retrying: "trying again",
  } as Record<string, string>,
  turnOn: "Turn on",
  turnOff: "Turn off",
  delete: "Remove",
};

export type StudioText = typeof studioEn;
