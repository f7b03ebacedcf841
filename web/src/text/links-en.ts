export const linksEn = {
  links: "Links",
  hint: "A link that is revoked still leads into its room, but no sharer earns by it any more, and it counts no visits. What it brought before stays.",
  none: "No links yet.",
  notFound: "No such link.",
  channelOwn: "The channel's own",
  guest: (viewer: string): string => `Guest ${viewer.slice(0, 4)}`,
  since: (at: string): string => `since ${at}`,
  visits: (n: number): string => (n === 1 ? "1 visit" : `${n} visits`),
  revokedAt: (at: string): string => `revoked ${at}`,
  revoke: "Revoke",
  sure: "Its printed codes and posters will still lead into the room, but count for no sharer any more. This cannot be undone.",
  yes: "Yes, revoke it",
  no: "Keep it",
  channel: "Channel",
  every: "all channels",
  code: "Code or address of a link",
  find: "Find",
  more: "Show more",
  mine: "My links",
  mineHint: "If a link was passed on where it should not be, revoke it: you get another.",
};

export type LinksText = typeof linksEn;
