/** A random UUID. `crypto.randomUUID` exists on HTTPS and localhost only; a room opened by a LAN address has none. */
export function newId(): string {
  if (window.isSecureContext) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
