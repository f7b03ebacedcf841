/** The studio as the API says it (signaling/api/models_studio.py), and what can be done to it. */

import type { HqApi } from "./hq-api.ts";

export type Slot = "primary" | "backup";
export type Cause = "waiting" | "paused";

export interface Advice {
  kind: string;
  number: number;
}

export interface Source {
  slot: Slot;
  state: string;
  encoder: string;
  video: string | null;
  audio: string | null;
  gop_seconds: number;
  b_frames: boolean;
  jitter_ms: number;
  /** What the broadcaster should change, in plain words. */
  warnings: string[];
  /** The same for other languages, in the same order. */
  advice: Advice[];
}

export interface StreamKey {
  slot: Slot;
  hint: string;
  created_at: string;
  valid_from: string | null;
  valid_until: string | null;
  only_show: string | null;
}

export interface Restream {
  name: string;
  host: string;
  enabled: boolean;
  state: "missing" | "off" | "waiting" | "connecting" | "sending" | "retrying";
  problem: string;
}

export interface Studio {
  rtmp_url: string;
  whip_url: string;
  keys: StreamKey[];
  sources: Source[];
  /** What viewers see now. */
  on: Slot | "slate" | null;
  chosen: Slot | null;
  back: "automatic" | "manual";
  /** The slates that are the merchant's own. */
  slates: Cause[];
  restreams: Restream[];
}

export interface StreamKeyLimits {
  valid_from: string | null;
  valid_until: string | null;
  show: string | null;
}

const ROOT = "/studio";

/** What HQ does to its studio. Each throws `Problem`. */
export class StudioApi {
  constructor(private readonly api: HqApi) {}

  choose(on: Slot | "automatic"): Promise<Studio> {
    return this.api.change("PATCH", ROOT, { on });
  }

  setBack(back: Studio["back"]): Promise<Studio> {
    return this.api.change("PATCH", ROOT, { back });
  }

  limitKey(slot: Slot, limits: StreamKeyLimits): Promise<StreamKey> {
    return this.api.change("PUT", `${ROOT}/keys/${slot}`, limits);
  }

  revokeKey(slot: Slot): Promise<void> {
    return this.api.change("DELETE", `${ROOT}/keys/${slot}`, undefined);
  }

  takeOver(slot: Slot): Promise<void> {
    return this.api.change("POST", `${ROOT}/keys/${slot}/takeover`, {});
  }

  putSlate(cause: Cause, file: File): Promise<void> {
    return this.api.upload(`${ROOT}/slates/${cause}`, file);
  }

  removeSlate(cause: Cause): Promise<void> {
    return this.api.change("DELETE", `${ROOT}/slates/${cause}`, undefined);
  }

  putRestream(name: string, url: string): Promise<Restream> {
    return this.api.change("PUT", `${ROOT}/restreams/${encodeURIComponent(name)}`, { url });
  }

  switchRestream(name: string, enabled: boolean): Promise<Restream> {
    return this.api.change("PATCH", `${ROOT}/restreams/${name}`, { enabled });
  }

  removeRestream(name: string): Promise<void> {
    return this.api.change("DELETE", `${ROOT}/restreams/${name}`, undefined);
  }
}
