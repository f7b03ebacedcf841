/** A desk's side of what is said in its own room (signaling/api/desk_talk.py): which room that is, the server knows. */

import type { Act, NewRestriction, OrderApi, Queue, Restricted, RoomRule, RoomTalk } from "./hq-talk.ts";
import type { Change } from "./joining-api.ts";
import type { Place } from "./messages.ts";
import { ask } from "./problem.ts";

const ROOT = "/api/v1/desk";

/** Throws only `Problem`. */
export class DeskTalkApi implements OrderApi {
  constructor(private readonly change: Change) {}

  async queue(): Promise<Queue> {
    return { ...(await ask<Omit<Queue, "appeals">>(`${ROOT}/queue`)), appeals: [] };
  }

  decideLine(held: string, approved: boolean): Promise<void> {
    return this.change("POST", `/held/${held}`, { approved });
  }

  answer(question: string, answer: string): Promise<void> {
    return this.change("POST", `/questions/${question}`, { answer });
  }

  room(): Promise<RoomTalk> {
    return ask(`${ROOT}/room`);
  }

  removeLine(_room: string, line: Place & { viewer: string; name: string; text: string }): Promise<void> {
    return this.change("POST", "/removals", line);
  }

  async rules(): Promise<RoomRule[]> {
    return [(await this.room()).rule];
  }

  setRule({ room: _, ...rule }: RoomRule): Promise<void> {
    return this.change("PUT", "/rule", rule);
  }

  restrictions(): Promise<Restricted[]> {
    return ask(`${ROOT}/restrictions`);
  }

  restrict({ room: _, ...restriction }: NewRestriction): Promise<void> {
    return this.change("POST", "/restrictions", restriction);
  }

  lift(restriction: string): Promise<void> {
    return this.change("DELETE", `/restrictions/${restriction}`);
  }

  acts(cursor: string | null): Promise<{ acts: Act[]; cursor: string | null }> {
    return ask(`${ROOT}/acts${cursor === null ? "" : `?cursor=${cursor}`}`);
  }
}
