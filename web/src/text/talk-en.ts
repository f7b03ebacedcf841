/** Words about order in a room, and what is said beside chat, in English. */
export const talkEn = {
  announcement: "To all rooms",
  host: "Host",
  answerTo: (name: string) => `answers ${name}`,
  waitsForApproval: "waits for approval",
  muted: "You cannot write here",
  banned: "You cannot enter this room",
  bannedAll: "You cannot enter these rooms",
  because: (reason: string) => `Reason: ${reason}`,
  until: (time: string) => `Until ${time}`,
  appeal: "Ask for another look",
  appealText: "What should be known about it?",
  appealSend: "Send",
  appealOpen: "Your request is being looked at.",
  appealRefused: "Your request was turned down.",
  answer: (text: string) => `Answer: ${text}`,
  nobodySpeaks: "The chat is closed for the moment.",
  slow: (seconds: number) => `One line every ${seconds} seconds.`,
  held: "Lines appear once they are approved.",
  busDown: "Other rooms cannot be reached. Nothing is lost: what is missed comes later.",
  askHost: "@host asks the host.",
};

export type TalkText = typeof talkEn;
