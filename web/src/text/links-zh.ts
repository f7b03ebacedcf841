import type { LinksText } from "./links-en.ts";

export const linksZh: LinksText = {
  links: "推广链接",
  hint: "撤销后的链接仍可进入直播间，但不再为分享人计佣，也不再计访问；之前带来的不变。",
  none: "还没有链接。",
  notFound: "没有这个链接。",
  channelOwn: "渠道自己的链接",
  guest: (viewer) => `观众 ${viewer.slice(0, 4)}`,
  since: (at) => `${at} 起`,
  visits: (n) => `${n} 次访问`,
  revokedAt: (at) => `已于 ${at} 撤销`,
  revoke: "撤销",
  sure: "印有它的二维码和海报仍可进入直播间，但不再为分享人计佣，且无法恢复。",
  yes: "确定撤销",
  no: "保留",
  channel: "渠道",
  every: "全部渠道",
  code: "链接或短码",
  find: "查找",
  more: "显示更多",
  mine: "我的链接",
  mineHint: "链接传到了不该去的地方？撤销它，系统会给你一个新的。",
};
