export const payeesEn = {
  title: "Where my money goes",
  hint: "What you earn is sent there by whoever pays it out. It is kept sealed, and every look at it in full is written down.",
  none: "You have not said it yet: whoever pays you cannot know where to.",
  holder: "Name on the account",
  account: "Account, card or wallet number",
  bank: "Bank, or the wallet it is with",
  needed: "Please fill this in.",
  save: "Save",
  change: "Change",
  cancel: "Cancel",
  drop: "Remove",
  saved: "Saved.",
  dropped: "Removed.",
  since: (at: string): string => `since ${at}`,
};

export type PayeesText = typeof payeesEn;
