/** What moderation, answers and announcements do to what the page knows. Pure. */

import type { ChatLine } from "../api/messages.ts";
import type { Announcement, HostAnswer, Removed, Rule, RulesChanged, Standing } from "../api/talk.ts";
import type { Dropped } from "./feed.ts";

export type Line = ChatLine | HostAnswer | Announcement | Dropped;

/** The lines that are left after a removal. */
export function without(lines: readonly Line[], { line, viewer }: Removed): readonly Line[] {
  return lines.filter((one) => {
    if (one.type !== "chat" && one.type !== "answer") return true;
    if (viewer !== null && one.from.id === viewer) return false; // an answer quotes him
    if (one.type === "answer") return true;
    return line === null || one.epoch !== line.epoch || one.offset !== line.offset;
  });
}

export function withRule(standing: Standing | null, { stream, rule }: RulesChanged): Standing | null {
  if (standing === null) return null;
  return stream === "show" ? { ...standing, all_rule: rule } : { ...standing, room_rule: rule };
}

/** The stricter of the room's rule and that of all rooms. */
export function ruleOf(standing: Standing | null): Rule {
  const rules = standing === null ? [] : [standing.room_rule, standing.all_rule];
  return {
    slow_seconds: Math.max(0, ...rules.map((rule) => rule.slow_seconds)),
    muted: rules.some((rule) => rule.muted),
    held: rules.some((rule) => rule.held),
  };
}

/** A key for drawing: lines of the two streams count apart. */
export function lineKey(line: Line): string {
  switch (line.type) {
    case "dropped":
      return `d${line.from}`;
    case "announcement":
      return `a${line.id}`;
    default:
      return `${line.epoch}.${line.offset}`;
  }
}
