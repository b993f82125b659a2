// What this phone remembers of how it is used. A browser that forbids storage still works, until the page is closed.

const PREFIX = "doorcheck.";
const memory = new Map<string, unknown>();

export function recall<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? ((memory.get(key) as T | undefined) ?? otherwise) : (JSON.parse(text) as T);
  } catch {
    return (memory.get(key) as T | undefined) ?? otherwise;
  }
}

export function remember(key: string, value: unknown): void {
  memory.set(key, value);
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the copy in memory serves until the page is closed.
  }
}

export function forget(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was kept.
  }
}

/** The token in a sign-in link or in a code that shows one; "" when there is none. */
export function tokenIn(text: string): string {
  const found = /[?&]token=([^&#\s]+)/.exec(text);
  try {
    return found ? decodeURIComponent(found[1] ?? "").trim() : "";
  } catch {
    return "";
  }
}

/** Takes the token of a sign-in link out of the address bar, where it could be read, shared or kept in the history. */
export function takeTokenFromLink(): string {
  const address = new URL(location.href);
  const token = (address.searchParams.get("token") ?? "").trim();
  if (!address.searchParams.has("token")) return "";
  address.searchParams.delete("token");
  history.replaceState(null, "", address.pathname + address.search + address.hash);
  return token;
}
