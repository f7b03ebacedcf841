/** Times as people read them. The present is an argument. */

/** What is left until a moment, as [days, hours, minutes, seconds], never negative. */
export function leftUntil(iso: string, now: number): [number, number, number, number] {
  const seconds = Math.max(0, Math.ceil((Date.parse(iso) - now) / 1000));
  return [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
}

export function formatMoment(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

export function formatClock(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

/** What an `<input type="datetime-local">` holds, from the API's UTC and back. */
export function toLocalInput(iso: string | null): string {
  if (!iso) return "";
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocalInput(value: string): string | null {
  return value === "" ? null : new Date(value).toISOString();
}
