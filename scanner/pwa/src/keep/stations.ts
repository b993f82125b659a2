// The stations that this phone was given, and which of them it is now.

import { drop, keep } from "./base.ts";
import { forget, recall, remember } from "./storage.ts";

export interface Paired { token: string; name: string }

export const paired = (): Paired[] => recall<Paired[]>("stations", []);

export const token = (): string => recall<string>("token", "");

/** Be the station of this token from now on. The service worker is told too. */
export function be(chosen: string): void {
  if (chosen) remember("token", chosen);
  else forget("token");
  if (chosen && !paired().some((one) => one.token === chosen)) remember("stations", [...paired(), { token: chosen, name: "" }]);
  const told = chosen ? keep("notes", chosen, "token") : drop("notes", "token");
  told.catch(() => undefined); // a phone that keeps nothing sends nothing behind our back
}

/** The hub told what the station is called. */
export function called(name: string): void {
  remember("stations", paired().map((one) => (one.token === token() ? { ...one, name } : one)));
}

/** This token counts no more. */
export function unpair(old: string): void {
  remember("stations", paired().filter((one) => one.token !== old));
  if (token() === old) be("");
}
