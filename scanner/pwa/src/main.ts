// Wiring. The hub decides while it is there; this page reads, asks, shows, and decides by itself when it is not.

import { ENTRANCE, isOfExtra, type Station } from "./domain/model.ts";
import { createAdmitting, partyOf } from "./door/admitting.ts";
import { decideHere } from "./door/deciding.ts";
import { Desk } from "./door/desk.ts";
import { createKnowing } from "./door/knowing.ts";
import { createMenu } from "./door/menu.ts";
import { isPin } from "./door/pin.ts";
import { openSearch } from "./door/search.ts";
import { createSelling } from "./door/selling.ts";
import { createSigning } from "./door/signing.ts";
import { createUndo } from "./door/undo.ts";
import { type Api, createApi, type Status, Trouble } from "./hub/api.ts";
import { createPulse } from "./hub/pulse.ts";
import { get } from "./keep/base.ts";
import { note, reached as scanReached } from "./keep/history.ts";
import { reachOf, type Taken } from "./keep/queue.ts";
import { keepPage } from "./keep/shelf.ts";
import { Snapshot } from "./keep/snapshot.ts";
import { be, called, paired, token } from "./keep/stations.ts";
import { recall, remember, takeTokenFromLink } from "./keep/storage.ts";
import { createAlarms } from "./look/alarms.ts";
import { createChecking } from "./look/checking.ts";
import { byId } from "./look/dom.ts";
import { ofAnswer, ofTrouble, ofUndo, ofUndoTrouble, ofUnreadable, type Shown } from "./look/entries.ts";
import { createHeads } from "./look/heads.ts";
import { paintIdle } from "./look/idle.ts";
import { ALARM } from "./look/looks.ts";
import { sign } from "./look/shapes.ts";
import { askCode, askHeads, closeSheet } from "./look/sheets.ts";
import { createSound } from "./look/sound.ts";
import { createStage } from "./look/stage.ts";
import { paintStrip } from "./look/strip.ts";
import { type CameraState, createCamera } from "./read/camera.ts";
import { createDecoder } from "./read/decoder.ts";
import { createGun, type Typed } from "./read/gun.ts";
import { meantBy } from "./read/meant.ts";
import { codesIn } from "./read/picture.ts";
import { stayAwake } from "./read/wake.ts";
import { hubNow, recallHubClock, setHubClock } from "./words/times.ts";
import { language, paintWords, setLanguage, t } from "./words/words.ts";

const TONIGHT = 12 * 3_600_000; // ms: how old an alarm may be that this page has missed
const FORGET_EVERY = 10 * 60_000; // ms between two looks whether a night is over

const known: { status: Status | null; reach: boolean | null; camera: CameraState } = { status: null, reach: null, camera: "off" };
const snapshot = new Snapshot();
let noted = Promise.resolve(); // the last answer is in the history
let lostAt = 0; // ms of performance: when the hub was missed last
const readAt = new Map<string, number>(); // ms of performance at which a code came in, by code

const sound = createSound({ muted: () => recall("muted", false), onLock: (locked) => { byId("sound-locked").hidden = !locked; } });
const api: Api = createApi({ token, language, onSignedOut: () => signing.leave("signIn.wrong"), onReach: reached });
const checking = createChecking(byId("checking"));
const chosenEvent = (): string => recall("event", "");
const chosenCamera = (): string => recall<string>("camera", "");
const severalEvents = (): boolean => !chosenEvent() && (known.status?.events.length ?? 0) > 1;

const stage = createStage({
  places: { verdict: byId("verdict"), guest: byId("guest"), late: byId("late"), live: byId("live") },
  steps: { scan: (wish) => void desk.ask(wish), rest: (entry) => admitting.rest(entry), anyway: (entry) => admitting.anyway(entry) },
  sound,
});

const desk = new Desk({
  api, snapshot,
  reach: () => known.reach,
  decide: (asked) => decideHere(asked, station(), snapshot),
  auth: () => ({ token: token(), language: language() }),
  onSent: (asked) => { closeSheet(); checking.begin(asked); },
  onAnswer: (asked, answer) => {
    checking.end(asked);
    stage.show(ofAnswer(asked, answer, { severalEvents: severalEvents() }), readAt.get(asked.wish.code));
    readAt.delete(asked.wish.code);
    noted = note(answer, asked.wish.code);
    void noted.then(undo.paint);
  },
  onTrouble: (asked, trouble) => {
    checking.end(asked);
    if (trouble.kind !== "signed-out") stage.show(ofTrouble(asked, trouble));
  },
  onTaken,
  onWaiting: paint,
  onUnkept: () => { byId("unkept").hidden = false; },
  onSignedOut: () => signing.leave("signIn.wrong"),
});

const heads = createHeads({
  place: byId("heads"),
  onMore: (wanted) => askHeads({
    words: "heads.use", party: wanted.party, isExtra: isOfExtra(station()), use: (answer) => heads.set(answer),
  }),
});

const admitting = createAdmitting({
  ask: (wish) => void desk.ask(withEvent(wish)), hold: stage.hold, takeHeads: heads.take,
  pin: { needed: () => Boolean(known.status?.station?.pin_needed ?? snapshot.rules.pin), check: checkPin },
});

const undo = createUndo({
  place: byId<HTMLButtonElement>("undo"), api,
  takeBackHere: (entry) => desk.takeBack(entry),
  isHere: ({ reach }) => reach === "here" || known.reach === false,
  onDone: (entry, answer) => {
    stage.show(ofUndo(unscanned(), entry.name || entry.code, answer));
    desk.forgetReadings();
    pulse.ask();
    void desk.send();
  },
  onTrouble: (entry, trouble) => {
    if (trouble.kind !== "signed-out") stage.show(ofUndoTrouble(unscanned(), entry.name || entry.code, trouble));
  },
});

const alarms = createAlarms({
  place: byId("alarms"),
  ring: () => {
    sound.play(ALARM);
    sound.vibrate([300, 100, 300, 100, 300]);
  },
});

const readByHub = async (image: Blob): Promise<string[]> => (await api.decode(image)).codes.map(({ value }) => value);
const decoder = createDecoder(readByHub);

const camera = createCamera({
  video: byId<HTMLVideoElement>("video"), decoder,
  onCode: readCode,
  onState: (state) => { known.camera = state; stayAwake(state === "live"); paintMiddle(); },
  choice: () => chosenCamera(),
});

const pulse = createPulse({
  api,
  onStatus: (status) => {
    known.status = status;
    setHubClock(status);
    if (status.station) called(status.station.name);
    remember("station", status.station);
    knowing.onStatus(status);
    selling.onStatus(status);
    paint();
  },
  onListening: () => void raiseMissedAlarms(),
  onConflict: (conflict) => alarms.raise({ ...conflict, scan: conflict.scan }),
  onScan: (answer) => desk.overhear(answer),
  onSale: (sale) => selling.onSale(sale),
  onNews: () => knowing.onNews(),
  onForbidden: () => signing.leave("signIn.forbidden"),
  onReach: reached,
});

const knowing = createKnowing({ api, snapshot, send: () => desk.send(), onKnown: paint });

const selling = createSelling({
  api, sound, chip: byId("sale-chip"), opener: byId("sell-open"), status: () => known.status, reach: () => known.reach, event: chosenEvent,
  station, token, isOurs: (by) => token() !== "" && (by === token() || !paired().some((one) => one.token === by)),
  onUnkept: () => { byId("unkept").hidden = false; }, makeRoom: () => stage.shrink(), onStale: () => offerUpdate(() => location.reload()),
});

const signing = createSigning({
  snapshot, camera, stage, alarms, stopAsking: () => { pulse.stop(); knowing.stop(); }, waiting: () => desk.waiting,
  onStation: () => { known.status = null; known.reach = null; selling.forget(); },
  onDoor: () => {
    repaint();
    pulse.start();
    void desk.start();
    if (chosenCamera() !== "off") void camera.start();
  },
});

const menu = createMenu({
  api, stage, camera, sound, signing, speak, paint, status: () => known.status, reach: () => known.reach, waiting: () => desk.waiting,
  event: chosenEvent, chosenCamera, startCamera, sell: () => (selling.isOn ? selling.open : null),
});

/** Told by every request; `asked`: when that was sent (ms of performance). */
function reached(reach: boolean, asked = performance.now()): void {
  if (!reach) lostAt = performance.now();
  else if (asked < lostAt) return; // the answer was on its way when the connection broke
  if (reach === known.reach) return;
  known.reach = reach;
  paint();
  if (reach) void desk.send();
  else pulse.ask(); // and again and again, until it is back
}

/** This station, for the event that was chosen here; as the hub told it last when it is not there. */
function station(): Station {
  const told = known.status?.station ?? recall<Status["station"]>("station", null);
  const event = chosenEvent();
  const own = told?.events ?? [];
  return {
    name: told?.name ?? "", direction: told?.direction ?? "in", kinds: told?.kinds ?? [], rates: told?.rates ?? [],
    allowance: told?.allowance ?? ENTRANCE, extra: told?.allowance_name || snapshot.allowance.name,
    events: event && (own.length === 0 || own.includes(event)) ? [event] : own,
  };
}

const withEvent = <T extends object>(wish: T): T & { event?: string } => (chosenEvent() ? { ...wish, event: chosenEvent() } : wish);

/** What the hub made of a scan that was decided here. A guest who was let in and should not have been is an alarm. */
async function onTaken(taken: Taken): Promise<void> {
  const { waiting, answer } = taken;
  if (waiting.what === "undo") return undo.paint();
  const { id, at, body, said } = waiting;
  const name = answer?.guest?.name ?? "";
  const reach = reachOf(taken);
  await noted; // the service worker may be quicker
  await scanReached(id, reach, answer?.undo_reaches);
  void undo.paint();
  if (reach === "conflict") {
    alarms.raise({ scan: id, at, guest: name, station: answer?.station ?? "", message: [answer?.message, answer?.detail].filter(Boolean).join(" · ") });
  } else if (reach === "stuck") {
    if (said.outcome === "admit") alarms.raise({ scan: id, at, message: t("alarm.stuck") });
  } else {
    const changed = answer && answer.outcome !== said.outcome;
    if (changed) stage.show({ ...ofAnswer({ seq: -1, id, wish: body }, answer), seq: -1 });
  }
}

async function raiseMissedAlarms(): Promise<void> {
  const { items } = await api.conflicts().catch(() => ({ items: [] })); // the strip tells about a hub that is gone
  const recent = items.filter((row) => hubNow() - Date.parse(row.at) < TONIGHT);
  alarms.raise(...recent.map(({ scan, at, code, guest, message, station: where }) => ({ scan, at, code, guest, message, station: where })));
}

function paint(): void {
  const asOf = snapshot.asOf;
  paintStrip({
    status: known.status, reach: known.reach, waiting: desk.waiting, station: station(),
    asOf: asOf === null ? null : (hubNow() - asOf) / 1000,
  });
  byId("waiting").hidden = desk.waiting === 0;
  byId("waiting").textContent = t("waiting", { n: desk.waiting });
  paintMiddle();
}

function paintMiddle(): void {
  const state = { reach: known.reach, status: known.status, camera: known.camera, knows: snapshot.size > 0 };
  paintIdle(state, { look: () => pulse.ask(), camera: startCamera, type: () => byId("code").focus() });
  const { torch, zoom } = known.camera === "live" ? camera.can() : { torch: false, zoom: null };
  byId("torch").hidden = !torch;
  byId("zoom").hidden = zoom === null;
  if (zoom) Object.assign(byId<HTMLInputElement>("zoom"), { min: zoom.min, max: Math.min(zoom.max, 8), step: 0.1 });
}

/** Stands in for a scan where something else is shown: as new as what is on the screen. */
const unscanned = (code = ""): Shown => ({ seq: stage.current?.seq ?? 0, id: "", wish: { code } });

function readCode(code: string, at = performance.now()): void {
  if (byId("door").hidden) return signing.pairByCode(code);
  if (!readAt.has(code)) readAt.set(code, at);
  if (desk.read(code, () => withEvent(partyOf(heads.take())))) return;
  readAt.delete(code);
  stage.repeat(code);
}

function ask(code: string): void {
  readAt.set(code, performance.now());
  void desk.ask(withEvent({ code, ...partyOf(heads.take()) }));
}

async function readPicture(file: File): Promise<void> {
  const scan = unscanned();
  checking.begin(scan);
  try {
    const codes = await codesIn(file, decoder, readByHub);
    const [only] = codes;
    if (codes.length > 1) askCode(codes, ask);
    else if (only !== undefined) ask(only);
    else stage.show(ofUnreadable(scan));
  } catch (trouble) {
    const passing = trouble instanceof Trouble && trouble.passing;
    if (!(trouble instanceof Trouble && trouble.kind === "signed-out")) stage.show(passing ? ofTrouble(scan, trouble) : ofUnreadable(scan));
  } finally {
    checking.end(scan);
  }
}

function readGun(typed: Typed): void {
  const code = meantBy(typed, (one) => snapshot.knows(one), {
    chosen: () => recall("layout", ""), learned: () => recall("layout-learned", ""), learn: (layout) => remember("layout-learned", layout),
  });
  readCode(code);
}

/** Whoever types with no field in focus means the code. */
function typeCode(letters: string): void {
  if (byId("door").hidden || document.querySelector("dialog[open]")) return;
  const field = byId<HTMLInputElement>("code");
  field.focus();
  field.value += letters;
}

async function checkPin(pin: string): Promise<string> {
  const proof = snapshot.rules.pin;
  if (known.reach !== false || !proof) return pin ? "" : t("anyway.pinMissing");
  const right = await isPin(pin, proof);
  return right === null ? t("anyway.pinNotHere") : right ? "" : t("anyway.pinWrong");
}

function startCamera(): void {
  if (chosenCamera() === "off") remember("camera", "");
  sound.unlock();
  void camera.start();
}

function speak(tag: string): void {
  setLanguage(tag);
  repaint();
  pulse.start(); // what the hub tells by itself comes in the new language too
}

function repaint(): void {
  paintWords();
  heads.paint();
  void undo.paint();
  selling.paint();
  paint();
}

function wire(): void {
  createGun({ onCode: readGun, onTyped: typeCode });
  byId("code-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = byId<HTMLInputElement>("code");
    const code = field.value.trim();
    field.value = "";
    field.blur(); // a keyboard on the screen would cover the verdict, and a gun is told best without a field
    if (code) ask(code);
  });
  byId<HTMLInputElement>("picture").addEventListener("change", ({ currentTarget }) => {
    const field = currentTarget as HTMLInputElement;
    const [file] = field.files ?? [];
    field.value = "";
    if (file) void readPicture(file);
  });
  byId("sign-in").addEventListener("submit", (event) => { event.preventDefault(); signing.pair(byId<HTMLInputElement>("token").value); });
  byId("sign-in-camera").addEventListener("click", signing.lookForCode);
  byId("sign-in-back").addEventListener("click", () => { camera.stop(); signing.showDoor(); });
  byId("search-open").addEventListener("click", () => {
    stage.shrink();
    openSearch({ api, snapshot, reach: () => known.reach, event: chosenEvent(), admit: admitting.row, severalEvents: severalEvents() });
  });
  byId("more-open").addEventListener("click", () => void menu.open());
  byId("sell-open").addEventListener("click", selling.open);
  byId("waiting").addEventListener("click", () => { pulse.ask(); void desk.send(); });
  byId("sound-locked").addEventListener("click", sound.unlock);
  byId("unkept-seen").addEventListener("click", () => { byId("unkept").hidden = true; });
  byId("torch").addEventListener("click", toggleTorch);
  byId<HTMLInputElement>("zoom").addEventListener("input", ({ currentTarget }) => void camera.zoom(Number((currentTarget as HTMLInputElement).value)).catch(() => undefined));
  byId("video").addEventListener("click", ({ offsetX, offsetY, currentTarget }) => {
    const { clientWidth, clientHeight } = currentTarget as HTMLElement;
    void camera.focusAt(offsetX / clientWidth, offsetY / clientHeight).catch(() => undefined);
  });
  window.addEventListener("online", () => pulse.ask());
  window.addEventListener("offline", () => reached(false));
  window.addEventListener("keydown", (event) => { if (event.key === "Escape") stage.shrink(); });
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, camera.stir, { capture: true, passive: true });
  setInterval(() => void snapshot.forgetOver(hubNow()).then(paint), FORGET_EVERY);
}

function toggleTorch(): void {
  const torch = byId("torch");
  const on = torch.getAttribute("aria-pressed") !== "true";
  torch.setAttribute("aria-pressed", String(on));
  camera.torch(on).catch(() => torch.setAttribute("aria-pressed", "false"));
}

function addSigns(): void {
  byId("search-open").prepend(sign("search"));
  byId("torch").prepend(sign("torch"));
  byId("more-open").prepend(sign("more"));
  byId("sell-open").prepend(sign("sell"));
  document.querySelector(".picture")?.prepend(sign("picture"));
}

function offerUpdate(take: () => void): void {
  byId("update").hidden = false;
  byId("update").onclick = take;
}

async function begin(): Promise<void> {
  const given = takeTokenFromLink();
  setLanguage(recall<string>("language", navigator.language));
  recallHubClock();
  addSigns();
  wire();
  paintWords();
  if (given) await signing.become(given);
  else if (!token()) be((await get<string>("notes", "token").catch(() => undefined)) ?? ""); // the browser died too soon to keep it elsewhere
  await snapshot.load();
  await snapshot.forgetOver(hubNow()).catch(() => undefined);
  if (token()) signing.showDoor();
  else signing.showSignedOut("signIn.sentence");
  if (document.readyState === "complete") void keepPage(offerUpdate);
  else window.addEventListener("load", () => void keepPage(offerUpdate));
}

void begin();
