import type { hqReplayEn, replayEn } from "./replay-en.ts";

/** 回放的用语。 */
export const replayZh: typeof replayEn = {
  replay: "回放",
  loading: "正在加载回放…",
  failed: "回放暂时无法播放。",
  again: "重试",
  markers: "本场讲解商品",
  jump: (name, time) => `${name}，${time} 开始讲解，从这里播放`,
};

export const hqReplayZh: typeof hqReplayEn = {
  title: "录像",
  none: "还没有开播过。",
  nothing: "没有录像",
  published: "已发布",
  whenOver: "结束后发布",
  withdrawn: "未发布",
  publish: "发布回放",
  withdraw: "下架回放",
  keep: "保留",
  days: (n) => `${n} 天`,
  asLongAsCanBe: "尽可能久",
};
