import type { Drawer } from "../room/attempt.ts";

export type Language = "zh" | "en";

const KEY = "fenbo.language";

function known(tag: string): Language | null {
  const primary = tag.toLowerCase().split("-")[0];
  return primary === "zh" || primary === "en" ? primary : null;
}

/** The visitor's own choice, else the first language of his device that we have, else the room's. */
export function pickLanguage(chosen: string | null, device: readonly string[], room: string): Language {
  const wishes = [chosen ?? "", ...device, room].map(known);
  return wishes.find((wish) => wish !== null) ?? "en";
}

export function chosenLanguage(drawer: Drawer): string | null {
  return drawer.getItem(KEY);
}

export function chooseLanguage(drawer: Drawer, language: Language): void {
  drawer.setItem(KEY, language);
}
