import type { TalkText } from "./talk-en.ts";

/** 直播间秩序与聊天之外的话。 */
export const talkZh: TalkText = {
  announcement: "全部直播间",
  host: "主播",
  answerTo: (name) => `回复 ${name}`,
  waitsForApproval: "等待审核",
  muted: "您已被禁言",
  banned: "您暂时无法进入此直播间",
  bannedAll: "您暂时无法进入这些直播间",
  because: (reason) => `原因：${reason}`,
  until: (time) => `至 ${time}`,
  appeal: "提出申诉",
  appealText: "请说明情况",
  appealSend: "提交",
  appealOpen: "申诉已提交，正在处理。",
  appealRefused: "申诉未通过。",
  answer: (text) => `回复：${text}`,
  nobodySpeaks: "当前全员禁言。",
  slow: (seconds) => `每 ${seconds} 秒可发一条。`,
  held: "发言审核后显示。",
  busDown: "暂时连不上其他直播间，错过的内容稍后会补上。",
  askHost: "发送“@主播”可向主播提问。",
};
