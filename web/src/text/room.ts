import { en, type Text } from "./en.ts";
import type { Language } from "./language.ts";
import { zh } from "./zh.ts";

export type { Text };

export function textIn(language: Language): Text {
  return language === "zh" ? zh : en;
}
