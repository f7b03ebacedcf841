/** Headquarters' side of what is said in rooms (signaling/api/models_talk.py). */

import type { HqApi } from "./hq-api.ts";
import type { ChatLine, Place } from "./messages.ts";
import { ask } from "./problem.ts";
import type { HostAnswer, Rule } from "./talk.ts";

const ROOT = "/api/v1/hq";

export type WordAction = "refuse" | "hold" | "mask";
export type RestrictionKind = "mute" | "kick" | "ban";

export interface HeldLine {
  held: string;
  room: string;
  viewer: string;
  name: string;
  text: string;
  word: string;
  at: string;
}

export interface Asked {
  question: string;
  room: string;
  viewer: string;
  name: string;
  text: string;
  at: string;
}

export interface Appeal {
  appeal: string;
  viewer: string;
  name: string;
  kind: "mute" | "ban";
  room: string | null;
  reason: string;
  text: string;
  at: string;
}

export interface Queue {
  held: HeldLine[];
  asked: Asked[];
  appeals: Appeal[];
}

export interface RoomRule extends Rule {
  room: string | null;
}

export interface RoomTalk {
  room: string;
  viewers: number;
  rule: RoomRule;
  lines: (ChatLine | HostAnswer)[];
}

export interface Restricted {
  restriction: string;
  viewer: string;
  name: string;
  kind: "mute" | "ban";
  room: string | null;
  reason: string;
  ends_at: string | null;
  appeal: string | null;
}

export interface NewRestriction {
  viewer: string;
  name: string;
  kind: RestrictionKind;
  room?: string;
  seconds?: number;
  reason: string;
  remove_lines: boolean;
}

export interface Act {
  act: string;
  kind: string;
  by: string;
  room: string | null;
  viewer: string;
  name: string;
  reason: string;
  text: string;
  at: string;
  ends_at: string | null;
}

export interface ListedWord {
  word: string;
  action: WordAction;
}

/** What the parts of a talk page ask for, at HQ and at a desk; appeals are HQ's alone. */
export type OrderApi = Pick<
  HqTalkApi,
  "decideLine" | "answer" | "room" | "removeLine" | "rules" | "setRule" | "restrictions" | "restrict" | "lift" | "acts"
> &
  Partial<Pick<HqTalkApi, "decideAppeal">>;

/** Throws only `Problem`. */
export class HqTalkApi {
  constructor(private readonly api: HqApi) {}

  queue(): Promise<Queue> {
    return ask(`${ROOT}/queue`);
  }

  decideLine(held: string, approved: boolean): Promise<void> {
    return this.api.change("POST", `/held/${held}`, { approved });
  }

  answer(question: string, answer: string): Promise<void> {
    return this.api.change("POST", `/questions/${question}`, { answer });
  }

  decideAppeal(appeal: string, granted: boolean, answer: string): Promise<void> {
    return this.api.change("POST", `/appeals/${appeal}`, { granted, answer });
  }

  announce(text: string): Promise<void> {
    return this.api.change("POST", "/announcements", { text });
  }

  room(room: string): Promise<RoomTalk> {
    return ask(`${ROOT}/rooms/${room}`);
  }

  removeLine(room: string, line: Place & { viewer: string; name: string; text: string }): Promise<void> {
    return this.api.change("POST", `/rooms/${room}/removals`, line);
  }

  words(): Promise<ListedWord[]> {
    return ask(`${ROOT}/words`);
  }

  putWords(words: string[], action: WordAction): Promise<void> {
    return this.api.change("POST", "/words", { words, action });
  }

  removeWord(word: string): Promise<void> {
    return this.api.change("POST", "/words/remove", { word });
  }

  rules(): Promise<RoomRule[]> {
    return ask(`${ROOT}/rules`);
  }

  setRule(rule: RoomRule): Promise<void> {
    return this.api.change("PUT", "/rules", rule);
  }

  restrictions(): Promise<Restricted[]> {
    return ask(`${ROOT}/restrictions`);
  }

  restrict(restriction: NewRestriction): Promise<void> {
    return this.api.change("POST", "/restrictions", restriction);
  }

  lift(restriction: string): Promise<void> {
    return this.api.change("DELETE", `/restrictions/${restriction}`, {});
  }

  acts(cursor: string | null): Promise<{ acts: Act[]; cursor: string | null }> {
    return ask(`${ROOT}/acts${cursor === null ? "" : `?cursor=${cursor}`}`);
  }
}
