// What this phone knows of tonight's guests: enough for a verdict, no more (GET /api/v1/cache). Kept in the phone's
// database so that a reload in a dead spot has it too.

import type { Answer } from "../domain/answer.ts";
import { readings } from "../domain/codes.ts";
import { type Admission, ENTRANCE, type Event, type Found, type Standing, type Unknown } from "../domain/model.ts";
import { nameOfCode } from "../domain/sha256.ts";
import { all, change, empty, keep } from "./base.ts";
import { Names } from "./names.ts";
import { Newcomers } from "./newcomers.ts";

const MANY = 400; // changes after which the whole is written anew
const AFTER = 12 * 3_600_000; // ms after the end of a night when it is forgotten
const LONGEST = 36 * 3_600_000; // ms a night without an end is kept

/** In the order of app/flows/snapshot.py. */
export type Row = [
  id: number, codes: string[], kind: string, standing: Standing, word: string, rate: string, name: string,
  limit: number | null, entered: number, opens: number | null, closes: number | null, first: number | null, station: string,
];

interface Head {
  version: string;
  salt: string;
  now: string;
  event: { id: string; name: string; label: string; open: boolean; starts_at: string | null; ends_at: string | null };
  allowance?: { ref: string; name: string };
  unknown_offline: Unknown;
  early_minutes: number | null;
  late_minutes: number | null;
  pin?: PinProof | null;
}

/** By what a supervisor's PIN can be told from others. */
export interface PinProof { salt: string; rounds: number; digest: string }

export interface Part extends Head { whole: boolean; total: number; gone: string[]; rows: Row[] }

/** One event as it is kept: the whole as it came, changes beside it. */
interface Sheet { event: string; head: Head; rows: Row[] }
interface Change { event: string; head: Head; rows: Row[]; gone: string[] }

interface Night { head: Head; salt: Uint8Array; rows: Map<string, Row>; codes: Map<string, string[]>; names: Names; changes: number }

export class Snapshot {
  private nights = new Map<string, Night>();
  private counts = new Map<string, { entered: number; at: number }>();
  private waiting = new Map<string, number>();
  private newcomers = new Newcomers();

  /** Read what the phone has kept. Unreadable parts are as if they were not there. */
  async load(): Promise<void> {
    const [sheets, changes, counts] = await Promise.all([
      all<Sheet>("sheets"), all<Change>("changes"), all<{ admission: string; entered: number }>("counts"),
    ]).catch(() => [[], [], []] as [Sheet[], Change[], { admission: string; entered: number }[]]);
    for (const { head, rows } of sheets) this.begin(head, rows);
    for (const one of changes) this.apply(one);
    for (const { admission, entered } of counts) this.counts.set(admission, { entered, at: 0 });
    await this.newcomers.load();
  }

  get size(): number {
    return [...this.nights.values()].reduce((sum, { rows }) => sum + rows.size, 0);
  }

  /** When what is known was asked for (ms), the oldest part; null when nothing is. */
  get asOf(): number | null {
    const times = [...this.nights.values()].map(({ head }) => Date.parse(head.now));
    return times.length > 0 ? Math.min(...times) : null;
  }

  get events(): Map<string, Event> {
    return new Map([...this.nights.values()].map(({ head: { event } }) => [event.id, {
      id: event.id, name: event.name, label: event.label, open: event.open, startsAt: instant(event.starts_at), endsAt: instant(event.ends_at),
    }]));
  }

  version(event: string): string {
    return this.nights.get(event)?.head.version ?? "";
  }

  /** The rules that came with the snapshot; those of an unknown house are the careful ones. */
  get rules(): { unknownOffline: Unknown; early: number | null; late: number | null; pin: PinProof | null } {
    const [night] = this.nights.values();
    if (!night) return { unknownOffline: "ask", early: null, late: null, pin: null };
    const { unknown_offline: unknownOffline, early_minutes: early, late_minutes: late, pin } = night.head;
    return { unknownOffline, early, late, pin: pin ?? null };
  }

  /** The right that is counted, as the hub named it. */
  get allowance(): { ref: string; name: string } {
    const [night] = this.nights.values();
    return night?.head.allowance ?? { ref: ENTRANCE, name: "" };
  }

  /** What a code opens, else the wristband that it may be; the oldest admission first. */
  find(code: string): Found[] {
    if (!code) return [];
    const nights = [...this.nights.values()];
    for (const { scheme, value } of readings(code)) {
      const ids = nights.flatMap(({ salt, codes }) => codes.get(nameOfCode(salt, scheme, value)) ?? []);
      if (ids.length > 0) return [...new Set(ids)].sort((one, other) => Number(one) - Number(other)).flatMap((id) => this.get(id) ?? []);
    }
    return nights.flatMap(({ salt }) => this.newcomer(nameOfCode(salt, "qr", code)) ?? []);
  }

  /** Somebody whose code is new; of whom there is a row under another one, that is known better. */
  private newcomer(name: string): Found | undefined {
    const found = this.newcomers.find(name);
    return this.get(found?.admission.id ?? "") ?? this.withWaiting(found);
  }

  knows(code: string): boolean {
    return this.find(code).length > 0;
  }

  get(id: string): Found | undefined {
    for (const { head, rows } of this.nights.values()) {
      const row = rows.get(id);
      if (row) return this.found(row, head.event.id);
    }
    return undefined;
  }

  /** Guests whose first name, initial or rate holds every word. */
  search(text: string, limit: number): Found[] {
    const ids = [...this.nights.values()].flatMap(({ names }) => names.find(text, limit));
    return ids.slice(0, limit).flatMap((id) => this.get(id) ?? []);
  }

  /** Take over what the hub sent, asked for at `askedAt` (ms of performance). A part that is cut or torn changes nothing. */
  async take(part: Part, askedAt: number): Promise<void> {
    if (!Array.isArray(part.rows) || typeof part.salt !== "string" || !part.event?.id) throw new Error("not a snapshot");
    const { rows, gone, whole, total, ...rest } = part;
    const head: Head = { ...rest };
    if (whole && rows.length !== total) throw new Error("a part of the snapshot is missing");
    const known = this.nights.get(head.event.id);
    if (whole || !known) this.begin(head, rows);
    else this.apply({ event: head.event.id, head, rows, gone });
    if (this.nights.get(head.event.id)?.rows.size !== total) head.version = ""; // a change got lost: everything the next time
    for (const [id, { at }] of this.counts) if (at < askedAt) this.counts.delete(id);
    this.dropNewcomers();
    await this.store(head, rows, gone, whole || !known);
  }

  /** An answer says how many are in, sooner than the next snapshot; about a new guest, or a new code of one, also who
   * that is. What a station counts that hands out something else says nothing here. */
  learn(answer: Answer, code = ""): void {
    if (answer.admission === null || answer.allowance !== this.allowance.ref) return;
    const known = this.get(answer.admission);
    if (!known || !this.knows(code)) this.learnNewcomer(answer, code);
    if (!known) return;
    this.counts.set(answer.admission, { entered: answer.entered, at: performance.now() });
    keep("counts", { admission: answer.admission, entered: answer.entered }).catch(() => undefined); // the next snapshot has it
  }

  /** Heads that came in here (less than none: were taken back) and that the hub has not heard of; again with the
   * opposite sign when it has. `allowance`: that of the station that this phone was then. */
  wait(admission: string | null, heads: number, allowance: string = ENTRANCE): void {
    const key = `${allowance} ${admission}`;
    if (admission !== null) this.waiting.set(key, (this.waiting.get(key) ?? 0) + heads);
  }

  /** Forget the nights that are not wanted any more, and those that are over. */
  async forgetOthers(wanted: ReadonlySet<string>, now: number): Promise<void> {
    for (const [event, { head }] of this.nights) if (!wanted.has(event) || isOver(head, now)) await this.forgetNight(event);
  }

  async forgetOver(now: number): Promise<void> {
    await this.forgetOthers(new Set(this.nights.keys()), now);
  }

  async forgetAll(): Promise<void> {
    this.nights.clear();
    this.counts.clear();
    this.dropNewcomers();
    await empty("sheets", "changes", "counts").catch(() => undefined);
  }

  private learnNewcomer(answer: Answer, code: string): void {
    const night = this.nights.get(answer.event?.id ?? "");
    if (night && code) this.newcomers.learn(nameOfCode(night.salt, "qr", code), answer);
    else if (answer.admission !== null) this.newcomers.count(answer.admission, answer.entered);
  }

  private dropNewcomers(): void {
    this.newcomers.drop((name, event) => this.nights.get(event)?.codes.has(name) ?? true);
  }

  private begin(head: Head, rows: Row[]): void {
    const night: Night = { head, salt: bytes(head.salt), rows: new Map(), codes: new Map(), names: new Names(), changes: 0 };
    for (const row of rows) put(night, row);
    this.nights.set(head.event.id, night);
  }

  private apply({ event, head, rows, gone }: Change): void {
    const night = this.nights.get(event);
    if (!night) return;
    night.head = head;
    night.changes += 1;
    for (const id of gone) remove(night, id);
    for (const row of rows) put(night, row);
  }

  private found(row: Row, event: string): Found {
    const [id, , kind, standing, word, rate, name, limit, entered, opens, closes, first, station] = row;
    const counted = this.counts.get(String(id))?.entered ?? entered;
    const admission: Admission = {
      id: String(id), event, kind, standing, word, rate, room: limit === null ? null : { limit, entered: counted },
      opensAt: opens === null ? null : opens * 1000, closesAt: closes === null ? null : closes * 1000,
    };
    return this.withWaiting({ admission, name, first: first === null ? null : { at: new Date(first * 1000).toISOString(), station } });
  }

  /** Counted with those whom the hub has not heard of. */
  private withWaiting<T extends Found | undefined>(found: T): T {
    const more = this.waiting.get(`${this.allowance.ref} ${found?.admission.id}`) ?? 0;
    if (!found?.admission.room || more === 0) return found;
    const { admission } = found;
    const { limit, entered } = found.admission.room;
    return { ...found, admission: { ...admission, room: { limit, entered: entered + more } } };
  }

  private async store(head: Head, rows: Row[], gone: string[], whole: boolean): Promise<void> {
    const event = head.event.id;
    const night = this.nights.get(event);
    if (!night) return;
    const anew = whole || night.changes > MANY;
    await change(["sheets", "changes", "counts"], (at) => {
      if (anew) {
        at("sheets").put({ event, head, rows: [...night.rows.values()] } satisfies Sheet);
        dropChanges(at("changes"), event);
        night.changes = 0;
      } else if (rows.length > 0 || gone.length > 0) at("changes").add({ event, head, rows, gone } satisfies Change);
      at("counts").clear();
      for (const [admission, { entered }] of this.counts) at("counts").put({ admission, entered });
    });
  }

  private async forgetNight(event: string): Promise<void> {
    this.nights.delete(event);
    this.dropNewcomers();
    await change(["sheets", "changes"], (at) => {
      at("sheets").delete(event);
      dropChanges(at("changes"), event);
    });
  }
}

function dropChanges(changes: IDBObjectStore, event: string): void {
  changes.openCursor().onsuccess = ({ target }) => {
    const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
    if (cursor === null) return;
    if ((cursor.value as Change).event === event) cursor.delete();
    cursor.continue();
  };
}

function put(night: Night, row: Row): void {
  const id = String(row[0]);
  remove(night, id);
  night.rows.set(id, row);
  night.names.add(textOf(row), id);
  for (const code of row[1]) night.codes.set(code, [...(night.codes.get(code) ?? []), id]);
}

function remove(night: Night, id: string): void {
  const row = night.rows.get(id);
  if (!row) return;
  night.rows.delete(id);
  night.names.remove(textOf(row), id);
  for (const code of row[1]) {
    const others = (night.codes.get(code) ?? []).filter((one) => one !== id);
    if (others.length > 0) night.codes.set(code, others);
    else night.codes.delete(code);
  }
}

/** By what a guest is found: first name and initial, rate. */
const textOf = (row: Row): string => `${row[6]} ${row[5]}`;

function isOver({ event, now }: Head, at: number): boolean {
  const end = instant(event.ends_at);
  return end === null ? at > (instant(event.starts_at) ?? Date.parse(now)) + LONGEST : at > end + AFTER;
}

const instant = (text: string | null): number | null => (text === null ? null : Date.parse(text));

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
