// Guests whom this phone saw come in and of whom the snapshot has no row yet: sold a moment ago, or let in on trust. Who
// shows such a code again is known here, hub or no hub.

import type { Answer } from "../domain/answer.ts";
import type { Admission, Found } from "../domain/model.ts";
import { get, keep } from "./base.ts";

const KEY = "newcomers"; // among the notes
const STANDS = new Set(["ok", "already_in", "too_many"]); // reasons that tell of a good admission

type Told = Pick<Answer, "id" | "at" | "station" | "reason" | "admission" | "kind" | "rate" | "guest" | "limit" | "entered" | "first_entry"> & { event: { id: string } | null };

export class Newcomers {
  /** By what the snapshot would call their code. */
  private byName = new Map<string, Found>();

  async load(): Promise<void> {
    const kept = await get<[name: string, Found][]>("notes", KEY).catch(() => undefined);
    this.byName = new Map(kept ?? []);
  }

  find(name: string): Found | undefined {
    return this.byName.get(name);
  }

  /** An answer about a code that the snapshot does not hold. */
  learn(name: string, told: Told): void {
    if (told.admission === null || told.event === null || !STANDS.has(told.reason)) return;
    const admission: Admission = {
      id: told.admission, event: told.event.id, kind: told.kind ?? "provisional", standing: "good", word: "", rate: told.rate,
      room: { limit: told.limit, entered: told.entered }, opensAt: null, closesAt: null,
    };
    const first = told.first_entry ?? this.byName.get(name)?.first ?? { at: told.at, station: told.station };
    this.byName.set(name, { admission, name: told.guest?.name ?? "", first });
    this.write();
  }

  /** So many of this admission are in now. */
  count(id: string, entered: number): void {
    for (const { admission } of this.byName.values()) if (admission.id === id && admission.room) admission.room = { ...admission.room, entered };
  }

  /** Those whom the snapshot has by now, and those of nights that are forgotten. */
  drop(isSettled: (name: string, event: string) => boolean): void {
    const before = this.byName.size;
    for (const [name, { admission }] of this.byName) if (isSettled(name, admission.event)) this.byName.delete(name);
    if (this.byName.size < before) this.write();
  }

  private write(): void {
    keep("notes", [...this.byName], KEY).catch(() => undefined); // they last as long as the page
  }
}
