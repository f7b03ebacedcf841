export const staffEn = {
  staff: "Staff",
  user: "Login name",
  password: "Password (at least 8 characters)",
  role: "What this login is for",
  roles: { staff: "Work at the desk", channel_assistant: "Order in the room, nothing else" } as Record<string, string>,
  add: "Add",
  remove: "Remove",
  works: "Customers who work here",
  worksHint: "What they buy themselves follows the merchant's rule for purchases in one's own channel.",
  customer: "Customer",
  tie: "Works here",
  untie: "Works here no more",
};

export type StaffText = typeof staffEn;
