import type { StaffText } from "./staff-en.ts";

export const staffZh: StaffText = {
  staff: "员工",
  user: "登录名",
  password: "密码（至少 8 位）",
  role: "权限",
  roles: { staff: "工作台日常操作", channel_assistant: "仅管理直播间发言" },
  add: "添加",
  remove: "移除",
  works: "本店员工（顾客）",
  worksHint: "员工自购按商家的自购规则计佣。",
  customer: "顾客",
  tie: "设为员工",
  untie: "取消员工",
};
