export const partnersEn = {
  place: "Place in the tree",
  above: "Below",
  level: "Level (rates may differ by it)",
  move: "Save",
  event: "Change its state",
  suspend: "Suspend",
  resume: "Resume",
  close: "Close for good",
  reason: "Reason (the channel reads it)",
  closeHint: "Its customers pass to the channel above it after the published period. This cannot be undone.",
  suspendHint: "Its room sells nothing and its links bind nobody. What it earns is computed and held.",
  levelAhead: (level: string, when: string) => `Its level will be ${level || "none"} from ${when}.`,
  passes: (when: string) => `Its customers pass on at ${when}.`,
  terms: "Terms for partners",
  days: "Days after a channel closes until its customers pass on",
  saved: "Saved.",
  roomState: {
    suspended: "This shop is suspended for now: nothing can be bought here.",
    closed: "This shop is closed: nothing can be bought here.",
  } as Record<string, string>,
  notices: "Notices",
  noticeNew: "new",
  read: "Mark as read",
  disputes: "Disputes",
  claim: "Why he is yours",
  openDispute: "Dispute",
  credited: (owner: string) => `credited to ${owner}`,
  contestable: "Orders of your room that are credited to others",
  answer: "Answer",
  sendAnswer: "Send the answer",
  decision: "Reason of the decision (both read it)",
  stays: "It stays as it is",
  moved: "Credit moves",
  evidence: "Evidence: why, when it was opened",
  disputeStates: { open: "Open", answered: "Answered", decided: "Decided" } as Record<string, string>,
  outcomes: { stays: "stays as it was", moved: "credit moved" } as Record<string, string>,
  aboutOrder: (order: string) => `Order ${order}`,
  aboutCustomer: (viewer: string) => `Customer ${viewer}`,
  comma: ", ",
  less: {
    mode: "who brought a customer",
    conflict: "who is credited in another's room",
    split: "parts of a split",
    renew_on: "renewal",
    bind_on: "when a customer is bound",
    scope: "which customers count",
    self_purchase: "own purchases",
    validity: "validity",
    protection: "protection",
    max_paid_levels: "paid levels",
    cap_ppm: "upper limit of commission",
  } as Record<string, string>,
  told: {
    dispute: (b: Told) =>
      `${b.order ? `Order ${b.order}` : "A customer"} is disputed: ${({ opened: "what it is about is held until headquarters decide", answered: "headquarters have answered", stays: "decided: it stays", moved: "decided: credit moved" } as Told)[b.event ?? ""] ?? b.event}.`,
    suspended: (b: Told) => `Your channel is suspended: ${b.reason}. What you earn is computed and held.`,
    resumed: (b: Told) => `Your channel is active again: ${b.reason}.`,
    closed: (b: Told) =>
      `Your channel is closed: ${b.reason}. Customers pass on at ${b.when}. Download your statement before.`,
    customers_left: (b: Told) => `${b.count} customers passed to ${b.channel}.`,
    customers_came: (b: Told) => `${b.count} customers of ${b.channel} passed to you.`,
    customer_left: (b: Told) => `Customer ${b.viewer} was moved to ${b.channel}: ${b.reason}`,
    customer_came: (b: Told) =>
      `Customer ${b.viewer} was moved to you${b.channel ? ` from ${b.channel}` : ""}: ${b.reason}`,
    moved: (b: Told) => `You are below ${b.parent} in the tree now.`,
    level: (b: Told) =>
      `Your level is now: ${b.level || "none"} (before: ${b.before || "none"}). Orders from now on are paid by its rates.`,
    level_ahead: (b: Told) =>
      `Your level will be ${b.level || "none"} from ${b.when}, and pay you less. Until then it stays ${b.before || "none"}.`,
    level_rises: (b: Told) =>
      `Your level will be ${b.level || "none"} from ${b.when}, and pay you more. Until then it stays ${b.before || "none"}.`,
    level_below: (b: Told) =>
      `${b.channel}, below you, will have level ${b.level || "none"} (before: ${b.before || "none"}) from ${b.when}: what is left to you of its orders is less then.`,
    level_stays: (b: Told) =>
      `Your level stays ${b.level || "none"}: the announced change to ${b.withdrawn || "none"} is withdrawn.`,
    harder_lock: (b: Told) => `Rules that leave you less (${b.what}) are announced. They count from ${b.when}.`,
    lower_rates: (b: Told) => `Rates that pay you less are announced. They count from ${b.when}.`,
  } as Record<string, (body: Told) => string>,
};

/** What a notice says, its times written out (`when`). */
export type Told = Record<string, string>;
export type PartnersText = typeof partnersEn;
