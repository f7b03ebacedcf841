import type { Contact } from "../api/types.ts";
import type { Drawer } from "./attempt.ts";

const KEY = "fenbo.contact";
export const EMPTY: Contact = { name: "", phone: "", address: "" };

/** Where the last order went to, remembered on this device and nowhere else. */
export function rememberedContact(storage: Drawer): Contact {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Record<keyof Contact, unknown>>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    return { name: text(found.name), phone: text(found.phone), address: text(found.address) };
  } catch {
    return EMPTY;
  }
}

export function rememberContact(storage: Drawer, contact: Contact): void {
  storage.setItem(KEY, JSON.stringify(contact));
}

/** The server's own rule (signaling/api/models.py), so that it can be said in the viewer's language. */
export const PHONE = /^\+?[0-9][0-9 -]{3,24}$/;

export function wrongContact(
  contact: Contact,
  words: { required: string; badPhone: string },
): Partial<Record<keyof Contact, string>> {
  const wrong: Partial<Record<keyof Contact, string>> = {};
  for (const name of ["name", "phone", "address"] as const) {
    if (contact[name] === "") wrong[name] = words.required;
  }
  if (contact.phone !== "" && !PHONE.test(contact.phone)) wrong.phone = words.badPhone;
  return wrong;
}
