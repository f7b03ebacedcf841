/** What is said in rooms beside chat, and how a viewer stands there (signaling/messages.py, signaling/api/models_talk.py). */

import type { Place, Speaker } from "./messages.ts";

export interface Rule {
  slow_seconds: number;
  muted: boolean;
  held: boolean;
}

export interface Restriction {
  reason: string;
  all_rooms: boolean;
  until: string | null;
  appeal: "open" | "granted" | "refused" | null;
  answer: string;
}

export interface Standing {
  type: "standing";
  muted: Restriction | null;
  banned: Restriction | null;
  room_rule: Rule;
  all_rule: Rule;
}

export interface HostAnswer extends Place {
  type: "answer";
  stream: "room";
  at: string;
  question: string;
  from: Speaker;
  asked: string;
  text: string;
}

export interface Announcement extends Place {
  type: "announcement";
  stream: "show";
  at: string;
  id: string;
  text: string;
}

export interface Removed extends Place {
  type: "removed";
  stream: "room" | "show";
  line: Place | null;
  viewer: string | null;
}

export interface RulesChanged extends Place {
  type: "rules";
  stream: "room" | "show";
  rule: Rule;
}

export type TalkFact = HostAnswer | Announcement | Removed | RulesChanged;
