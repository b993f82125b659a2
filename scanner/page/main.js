// Wiring. The hub decides; this page reads, posts and shows.

import { createAdmitting, partyOf } from "./admitting.js";
import { createAlarms } from "./alarms.js";
import { createApi, Trouble } from "./api.js";
import { createCamera, readable } from "./camera.js";
import { createChecking } from "./checking.js";
import { createDesk } from "./desk.js";
import { byId } from "./dom.js";
import { ofAnswer, ofTrouble, ofUndo, ofUndoTrouble, ofUnreadable } from "./entries.js";
import { createGun } from "./gun.js";
import { createHeads } from "./heads.js";
import { paintIdle } from "./idle.js";
import { ALARM } from "./looks.js";
import { createPulse } from "./pulse.js";
import { openSearch } from "./search.js";
import { sign } from "./shapes.js";
import { keepPage } from "./shelf.js";
import { askCode, askHeads, closeSheet, openMore } from "./sheets.js";
import { createSound } from "./sound.js";
import { createStage } from "./stage.js";
import { forget, recall, remember, takeTokenFromLink } from "./storage.js";
import { paintStrip } from "./strip.js";
import { hubNow, setHubClock } from "./times.js";
import { createUndo } from "./undo.js";
import { language, paintWords, setLanguage, t } from "./words.js";

const TONIGHT = 12 * 3600 * 1000; // ms: how old an alarm may be that this page has missed

takeTokenFromLink();
setLanguage(recall("language") ?? navigator.language);

const known = { status: null, reach: null, camera: "off" };

const sound = createSound({ muted: () => recall("muted", false), onLock: (locked) => { byId("sound-locked").hidden = !locked; } });

const api = createApi({
  token: () => recall("token", ""),
  language,
  onSignedOut: () => showSignedOut("signIn.wrong"),
  onReach: reached,
});

const checking = createChecking(byId("checking"));

const stage = createStage({
  places: { verdict: byId("verdict"), guest: byId("guest"), late: byId("late"), live: byId("live") },
  steps: { scan: (wish) => desk.ask(wish), rest: (entry) => admitting.rest(entry), anyway: (entry) => admitting.anyway(entry) },
  sound,
});

const desk = createDesk({
  api,
  onSent: (scan) => { closeSheet(); checking.begin(scan); },
  onAnswer: (scan, answer) => {
    checking.end(scan);
    undo.add(scan, answer);
    stage.show(ofAnswer(scan, answer, { severalEvents: severalEvents() }));
  },
  onTrouble: (scan, trouble) => {
    checking.end(scan);
    if (!(trouble instanceof Trouble)) throw trouble;
    if (trouble.kind !== "signed-out") stage.show(ofTrouble(scan, trouble));
  },
  onWaiting: (count) => {
    byId("waiting").hidden = count === 0;
    byId("waiting").textContent = t("waiting", { n: count });
  },
});

const heads = createHeads({
  place: byId("heads"),
  onMore: (wanted) => askHeads({ words: "heads.use", party: wanted.party, use: (answer) => heads.set(answer) }),
});

const admitting = createAdmitting({ ask: desk.ask, hold: stage.hold, takeHeads: heads.take });

const undo = createUndo({
  place: byId("undo"),
  api,
  onDone: (entered, answer) => {
    desk.forgetReading(entered.code);
    stage.show(ofUndo(unscanned(entered.code), entered, answer));
    pulse.ask();
  },
  onTrouble: (entered, trouble) => {
    if (trouble.kind !== "signed-out") stage.show(ofUndoTrouble(unscanned(entered.code), entered, trouble));
  },
});

const alarms = createAlarms({
  place: byId("alarms"),
  ring: () => {
    sound.play(ALARM);
    sound.vibrate([300, 100, 300, 100, 300]);
  },
});

const camera = createCamera({
  video: byId("video"),
  decode: (image) => api.decode(image),
  onCode: (code) => desk.read(code, heads.take),
  onState: (state) => { known.camera = state; paintMiddle(); },
  choice: () => recall("camera", ""),
});

const pulse = createPulse({
  api,
  onStatus: (status) => {
    known.status = status;
    setHubClock(status);
    reached(true);
    paintStrip(known.status, known.reach);
    paintMiddle();
  },
  onListening: raiseMissedAlarms,
  onConflict: alarms.raise,
  onForbidden: () => showSignedOut("signIn.forbidden"),
  onReach: reached,
});

function reached(reach) {
  if (reach === known.reach) return; // told by every request, also by four frames a second
  const back = reach && known.reach === false;
  known.reach = reach;
  paintStrip(known.status, known.reach);
  paintMiddle();
  if (back) desk.retry();
}

async function raiseMissedAlarms() {
  const { items } = await api.conflicts().catch(() => ({ items: [] })); // the strip tells about a hub that is gone
  const recent = items.filter((row) => hubNow() - Date.parse(row.at) < TONIGHT);
  alarms.raise(...recent.map(({ id, ...row }) => ({ ...row, call: id })));
}

const severalEvents = () => known.status?.events.length > 1;

function paintMiddle() {
  paintIdle(known, { look: () => pulse.ask(), camera: startCamera, type: () => byId("code").focus() });
  byId("torch").hidden = known.camera !== "live" || !camera.hasTorch();
}

/** Stands in for a scan where something else is shown: as new as what is on the screen. */
const unscanned = (code) => ({ seq: stage.current?.seq ?? 0, id: "", body: { code } });

async function readPicture(file) {
  const scan = unscanned("");
  checking.begin(scan);
  try {
    const { codes } = await api.decode(await readable(file));
    const values = [...new Set(codes.map(({ value }) => value))];
    const ask = (code) => desk.ask({ code, ...partyOf(heads.take()) });
    if (values.length > 1) askCode(values, ask);
    else if (values.length === 1) ask(values[0]);
    else stage.show(ofUnreadable(scan));
  } catch (trouble) {
    if (trouble.kind !== "signed-out") stage.show(trouble.passing ? ofTrouble(scan, trouble) : ofUnreadable(scan));
  } finally {
    checking.end(scan);
  }
}

function readGun(typed) {
  const code = typed.trim();
  if (byId("door").hidden) signIn(code); // a token shown as a code, or the link that carries it
  else if (!desk.read(code, heads.take)) stage.repeat(code);
}

/** Whoever types with no field in focus means the code. */
function typeCode(letters) {
  if (byId("door").hidden || document.querySelector("dialog[open]")) return;
  byId("code").focus();
  byId("code").value += letters;
}

function signIn(text) {
  const token = /[?&]token=([^&#]+)/.exec(text);
  remember("token", token ? decodeURIComponent(token[1]) : text.trim());
  byId("token").value = "";
  showDoor();
}

function startCamera() {
  remember("camera-on", true);
  sound.unlock();
  camera.start();
}

async function showMore() {
  stage.shrink();
  openMore({
    language: language(), muted: recall("muted", false), camera: recall("camera", ""), cameras: await camera.cameras(),
    counts: known.status?.counts, stuck: known.status?.outbox?.parked, waiting: desk.waiting, onSignOut: signOut,
    onLanguage: speak,
    onMuted: (muted) => remember("muted", muted),
    onCamera: (deviceId) => { remember("camera", deviceId); startCamera(); },
  });
}

function speak(tag) {
  remember("language", tag);
  setLanguage(tag);
  repaint();
  closeSheet();
  pulse.start(); // what the hub tells by itself comes in the new language too
}

function repaint() {
  paintWords();
  heads.paint();
  undo.paint();
  paintStrip(known.status, known.reach);
  paintMiddle();
  byId("waiting").textContent = t("waiting", { n: desk.waiting });
}

function signOut() {
  desk.dropAll();
  undo.clear();
  showSignedOut("signIn.sentence");
}

function showSignedOut(sentence) {
  forget("token");
  pulse.stop();
  camera.stop();
  closeSheet();
  stage.clear();
  alarms.clear();
  known.status = null;
  known.reach = null;
  byId("door").hidden = true;
  byId("signed-out").hidden = false;
  byId("sign-in-sentence").textContent = t(sentence);
}

function showDoor() {
  byId("signed-out").hidden = true;
  byId("door").hidden = false;
  repaint();
  pulse.start();
  desk.start();
  if (recall("camera-on", false)) camera.start();
}

function wire() {
  createGun({ onCode: readGun, onTyped: typeCode });
  byId("code-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const code = byId("code").value.trim();
    byId("code").value = "";
    byId("code").blur(); // a keyboard on the screen would cover the verdict, and a gun is told best without a field
    if (code) desk.ask({ code, ...partyOf(heads.take()) });
  });
  byId("picture").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) readPicture(file);
  });
  byId("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    signIn(byId("token").value);
  });
  byId("search-open").addEventListener("click", () => { stage.shrink(); openSearch({ api, admit: admitting.row, severalEvents: severalEvents() }); });
  byId("more-open").addEventListener("click", showMore);
  byId("waiting").addEventListener("click", () => desk.retry());
  byId("sound-locked").addEventListener("click", sound.unlock);
  byId("torch").addEventListener("click", toggleTorch);
  window.addEventListener("online", () => pulse.ask());
  window.addEventListener("keydown", (event) => { if (event.key === "Escape") stage.shrink(); });
}

function toggleTorch(event) {
  const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(on));
  camera.torch(on)?.catch(() => byId("torch").setAttribute("aria-pressed", "false"));
}

function addSigns() {
  byId("search-open").prepend(sign("search"));
  byId("torch").prepend(sign("torch"));
  byId("more-open").prepend(sign("more"));
  document.querySelector(".picture").prepend(sign("picture"));
}

addSigns();
wire();
paintWords();
window.addEventListener("load", keepPage);
if (recall("token")) showDoor();
else showSignedOut("signIn.sentence");
