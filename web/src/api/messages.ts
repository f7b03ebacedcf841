/** The messages of a room's WebSocket, both ways (signaling/messages.py). */

import type { HostAnswer, Standing, TalkFact } from "./talk.ts";
import type { RoomView, ShelfItem, ShowView } from "./types.ts";

/** A place in a stream: offsets count up by one and start again with every new epoch. */
export interface Place {
  epoch: string;
  offset: number;
}

export interface Speaker {
  id: string;
  name: string;
}

export type ClientMessage =
  | { type: "hello"; room_since: Place | null; show_since: Place | null }
  | { type: "chat"; id: string; text: string }
  | { type: "likes"; count: number }
  | { type: "ping" };

export interface ChatLine extends Place {
  type: "chat";
  stream: "room";
  at: string;
  from: Speaker;
  text: string;
  id: string;
}

export type Fact =
  | ChatLine
  | TalkFact
  | (Place & { type: "notice"; stream: "room"; at: string; text: string })
  | (Place & { type: "show_state"; stream: "show"; show: ShowView | null })
  | (Place & { type: "shelf"; stream: "show"; shelf: ShelfItem[] })
  | (Place & { type: "room_state"; stream: "room"; state: RoomView["state"] })
  | (Place & { type: "hidden"; stream: "room"; hidden: string[]; shelf: ShelfItem[] })
  | (Place & { type: "stock"; stream: "show"; sku: string; free: number })
  | (Place & { type: "sale"; stream: "show"; sale: string; sku: string; left: number })
  | (Place & { type: "pin"; stream: "show"; product: string; pinned: boolean });

export type ServerMessage =
  | Fact
  | { type: "welcome"; viewer: Speaker; room: Place; show: Place; resumed: boolean }
  | { type: "snapshot"; room: RoomView; chat: (ChatLine | HostAnswer)[] }
  | Standing
  | { type: "held"; id: string }
  | { type: "said"; id: string }
  | { type: "line"; up: boolean }
  | { type: "presence"; viewers: number; total: number }
  | { type: "likes"; count: number }
  | { type: "dropped"; stream: "room"; from: number; to: number; count: number }
  | { type: "error"; field: string; detail: string; id?: string | null; retry_after?: number | null }
  | { type: "pong" };
