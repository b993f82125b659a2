// Wiring. The hub decides; this page reads, posts and shows.

import { createApi, Trouble } from "./api.js";
import { createCamera, readable } from "./camera.js";
import { createDesk } from "./desk.js";
import { byId } from "./dom.js";
import { ofAnswer, ofTrouble, ofUndo, ofUnreadable } from "./entries.js";
import { createGun } from "./gun.js";
import { createHeads } from "./heads.js";
import { paintIdle } from "./idle.js";
import { ALARM } from "./looks.js";
import { createPulse } from "./pulse.js";
import { openSearch } from "./search.js";
import { sign } from "./shapes.js";
import { askHeads, askReason, closeSheet, openMore } from "./sheets.js";
import { createSound } from "./sound.js";
import { createStage } from "./stage.js";
import { forget, recall, remember, takeTokenFromLink } from "./storage.js";
import { paintStrip, raiseAlarm } from "./strip.js";
import { setHubClock } from "./times.js";
import { createUndo } from "./undo.js";
import { countsByGender, wishOf } from "./verdict.js";
import { language, paintWords, setLanguage, t } from "./words.js";

const CHECKING_AFTER = 250; // ms without an answer before the page says that it is asking

takeTokenFromLink();
setLanguage(recall("language") ?? navigator.language);

const known = { status: null, reach: null, camera: "off" };
const asking = new Set();

const sound = createSound({ muted: () => recall("muted", false), onLock: (locked) => { byId("sound-locked").hidden = !locked; } });

const api = createApi({
  token: () => recall("token", ""),
  language,
  onSignedOut: () => showSignedOut("signIn.wrong"),
  onReach: reached,
});

const stage = createStage({
  places: { verdict: byId("verdict"), guest: byId("guest"), late: byId("late"), live: byId("live") },
  steps: { scan: (wish) => desk.ask(wish), party: admitRest, anyway: admitAnyway },
  sound,
});

const desk = createDesk({
  api,
  onSent: (scan) => { closeSheet(); waitVisibly(scan); },
  onAnswer: (scan, answer) => {
    answered(scan);
    undo.add(scan, answer);
    stage.show(ofAnswer(scan, answer, { exit: known.status?.station?.direction === "out" }));
  },
  onTrouble: (scan, trouble) => {
    answered(scan);
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

const undo = createUndo({ place: byId("undo"), perform: takeBack });

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
    setHubClock(status.now);
    reached(true);
    paintStrip(known.status, known.reach);
    paintMiddle();
  },
  onConflict: (notice) => {
    raiseAlarm(notice);
    sound.play(ALARM);
    sound.vibrate([300, 100, 300, 100, 300]);
  },
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

function paintMiddle() {
  paintIdle(known, { look: () => pulse.ask(), camera: startCamera, type: () => byId("code").focus() });
  byId("torch").hidden = known.camera !== "live" || !camera.hasTorch();
}

function waitVisibly(scan) {
  asking.add(scan.id);
  setTimeout(() => { byId("checking").hidden = asking.size === 0; }, CHECKING_AFTER);
}

function answered(scan) {
  asking.delete(scan.id);
  byId("checking").hidden = asking.size === 0 || byId("checking").hidden;
}

function admitRest(entry) {
  stage.hold();
  const counted = countsByGender(entry.answer.kind);
  askHeads({ words: "heads.admit", most: entry.left, counted, use: (answer) => desk.ask({ ...wishOf(entry.scan), ...partyOf(answer) }) });
}

function admitAnyway(entry) {
  stage.hold();
  askReason((reason) => desk.ask({ ...wishOf(entry.scan), override: { reason } }));
}

const partyOf = ({ heads: count, party }) => ({ heads: count, party });

function admitRow(item) {
  const wish = { code: item.code, admission: item.admission };
  const wanted = heads.take();
  const may = item.standing === "good" && item.left > 1;
  if (may && countsByGender(item.kind) && !wanted.party) {
    askHeads({ words: "heads.admit", most: item.left, counted: true, use: (answer) => desk.ask({ ...wish, ...partyOf(answer) }) });
  } else desk.ask({ ...wish, ...partyOf(wanted) });
}

async function takeBack(one) {
  byId("undo").disabled = true;
  const scan = { seq: stage.current?.seq ?? 0, id: `undo ${one.id}`, body: { code: one.code } };
  try {
    const answer = await api.undo(one.id);
    undo.remove(one.id);
    desk.forgetReading(one.code);
    stage.show(ofUndo(scan, one, answer));
    pulse.ask();
  } catch (trouble) {
    if (trouble.kind === "request") undo.remove(one.id); // too late, or taken back already: asking again is no use
    undo.paint();
    if (trouble.kind !== "signed-out") stage.show({ ...ofTrouble(scan, trouble), name: one.name, detail: t("trouble.undo.detail") });
  }
}

async function readPicture(file) {
  const scan = { seq: stage.current?.seq ?? 0, id: "picture", body: { code: "" } };
  waitVisibly(scan);
  try {
    const { codes } = await api.decode(await readable(file));
    if (codes.length > 0) desk.ask({ code: codes[0].value, ...partyOf(heads.take()) });
    else stage.show(ofUnreadable(scan));
  } catch (trouble) {
    if (trouble.kind !== "signed-out") stage.show(trouble.passing ? ofTrouble(scan, trouble) : ofUnreadable(scan));
  } finally {
    answered(scan);
  }
}

function readGun(typed) {
  const code = typed.trim();
  if (byId("door").hidden) signIn(code); // a token shown as a code, or the link that carries it
  else if (!desk.read(code, heads.take)) stage.repeat(code);
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
    counts: known.status?.counts, waiting: desk.waiting, onSignOut: signOut,
    onLanguage: (tag) => { remember("language", tag); setLanguage(tag); repaint(); closeSheet(); },
    onMuted: (muted) => remember("muted", muted),
    onCamera: (deviceId) => { remember("camera", deviceId); startCamera(); },
  });
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
  createGun({ onCode: readGun });
  byId("code-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const code = byId("code").value.trim();
    byId("code").value = "";
    if (matchMedia("(pointer: coarse)").matches) byId("code").blur(); // the keyboard would cover the verdict
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
  byId("search-open").addEventListener("click", () => { stage.shrink(); openSearch({ api, admit: admitRow }); });
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
if (recall("token")) showDoor();
else showSignedOut("signIn.sentence");
