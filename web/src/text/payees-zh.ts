import type { PayeesText } from "./payees-en.ts";

export const payeesZh: PayeesText = {
  title: "收款账户",
  hint: "您的收益由付款方打到这里。账户信息加密保存，每次完整查看都有记录。",
  none: "尚未填写：付款方还不知道该打到哪里。",
  holder: "户名",
  account: "账号、卡号或钱包账号",
  bank: "开户行，或所用钱包",
  needed: "请填写此项。",
  save: "保存",
  change: "修改",
  cancel: "取消",
  drop: "删除",
  saved: "已保存。",
  dropped: "已删除。",
  since: (at: string): string => `${at}起`,
};
