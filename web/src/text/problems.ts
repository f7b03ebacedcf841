import type { Problem } from "../api/problem.ts";

/**
 * What a page's texts say about refusals: `problems` by the last word of the problem's type, for what the server could not
 * say in the page's language.
 */
export interface ProblemTexts {
  notReached: string;
  problems: Readonly<Record<string, string>>;
}

/** A refusal in one line, for where no field can carry it. */
export function problemText(problem: Problem, text: ProblemTexts, fields: readonly string[] = []): string {
  if (problem.status === 0) return text.notReached;
  const besides = problem.besides(fields);
  if (besides === "" || (problem.language !== "" && problem.language !== "en")) return besides;
  return text.problems[problem.word] ?? besides;
}

export const PROBLEMS_ZH: ProblemTexts["problems"] = {
  "not-found": "找不到该内容，可能已被移除。",
  "too-large": "提交的内容太大。",
  internal: "服务器出了点问题，请稍后再试。",
  unauthorised: "尚未登录，或用户名与密码不符。",
  renewed: "刚刚登录成功，请稍后再试。",
  forbidden: "没有权限进行此操作。",
  "not-sent": "短信发送失败，请稍后再试。",
  "too-many": "操作太频繁，请稍后再试。",
  "sold-out": "库存不足。",
  "limit-reached": "超过每人限购数量。",
  "price-changed": "价格已变动，请核对新价格后再下单。",
  stale: "内容已被他人修改，请核对后再保存。",
  "body-differs": "相同编号的请求已用其他内容提交过。",
  "wrong-state": "当前状态下无法进行此操作。",
  conflict: "与已保存的内容冲突，请刷新后再试。",
  "provider-refused": "支付机构未受理，请换一种支付方式或稍后再试。",
  "provider-away": "支付机构暂时没有响应，请稍后再试。",
  unavailable: "暂时无法保存，请稍后再试。",
  overloaded: "当前访问量太大，请稍后再试。",
  unequipped: "服务器缺少此功能所需的组件，请联系管理员。",
  refused: "转播服务未接受该请求。",
  "bus-down": "房间暂时无法连接，请稍后再试。",
};
