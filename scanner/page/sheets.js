// Sheets that come up from below: heads and party, a reason, more. The next scan closes whatever is open.

import { button, el } from "./dom.js";
import { sign } from "./shapes.js";
import { t } from "./words.js";

const GENDERS = ["women", "men", "no_gender"];
const MOST = 99;
const NUMBERS = 12; // that are offered as buttons

let opened = null;

/** Opens a sheet over the page; it goes when closed, replaced, or by the next scan. */
export function openSheet(id, title, ...children) {
  closeSheet();
  const head = el("header", {}, el("h2", {}, title), button(sign("close"), closeSheet, { class: "icon", "aria-label": t("close") }));
  const sheet = el("dialog", { class: "sheet", "data-testid": id, "aria-label": title }, head, ...children);
  sheet.addEventListener("close", () => { if (opened === sheet) opened = null; sheet.remove(); });
  sheet.addEventListener("click", (event) => { if (event.target === sheet) closeSheet(); });
  document.body.append(sheet);
  opened = sheet;
  sheet.showModal();
  return sheet;
}

export function closeSheet() {
  const sheet = opened;
  opened = null;
  sheet?.close();
}

/** Asks how many, at most `most`: by a number and, where it may be needed, by women and men (`counted`: only so). */
export function askHeads({ use, words, most = MOST, counted = false, party = {} }) {
  const done = (answer) => { closeSheet(); use(answer); };
  const numbers = Array.from({ length: Math.min(most, NUMBERS) }, (_, index) => index + 1);
  const grid = counted ? null : el("div", { class: "grid" }, ...numbers.map((n) =>
    button(String(n), () => done({ heads: n }), { "data-testid": `sheet-heads-${n}` })));
  const byGender = counted || most > NUMBERS ? counters({ words, most, party, done }) : [];
  openSheet("heads-sheet", t("heads.title"), grid, ...byGender);
}

function counters({ words, most, party, done }) {
  const counts = Object.fromEntries(GENDERS.map((gender) => [gender, party[gender] ?? 0]));
  const total = () => GENDERS.reduce((sum, gender) => sum + counts[gender], 0);
  const submit = button("", () => done({ heads: total(), party: { ...counts } }), { class: "primary", "data-testid": "party-use" });
  const rows = GENDERS.map((gender) => stepper(gender, counts, () => total() < most, update));
  function update() {
    submit.textContent = t(words, { n: total() || "–" });
    submit.disabled = total() === 0;
    for (const { show } of rows) show();
  }
  update();
  return [el("h3", {}, t("heads.count")), el("div", { class: "steppers" }, ...rows.map(({ row }) => row)), submit];
}

function stepper(gender, counts, mayAdd, changed) {
  const number = el("output", {});
  const change = (by) => () => { counts[gender] += by; changed(); };
  const fewer = button("−", change(-1), { "aria-label": `${t(gender)}: ${t("fewer")}` });
  const another = button("+", change(1), { "aria-label": `${t(gender)}: ${t("another")}`, "data-testid": `party-${gender}` });
  const show = () => {
    number.textContent = String(counts[gender]);
    fewer.disabled = counts[gender] === 0;
    another.disabled = !mayAdd();
  };
  return { row: el("div", { class: "stepper" }, el("span", {}, t(gender)), fewer, number, another), show };
}

/** Asks which of the codes of one picture is meant. */
export function askCode(codes, use) {
  const rows = codes.map((code) => button(code, () => { closeSheet(); use(code); }, { class: "wide", "data-testid": "code-choice" }));
  openSheet("codes-sheet", t("codes.title"), ...rows);
}

/** Asks for the reason of an exception. */
export function askReason(use) {
  const done = (reason) => { closeSheet(); use(reason); };
  const ready = ["anyway.1", "anyway.2", "anyway.3"].map((key, index) =>
    button(t(key), () => done(t(key)), { class: "wide", "data-testid": `reason-${index + 1}` }));
  const field = el("input", { type: "text", required: true, maxlength: 200, "data-testid": "reason-input", "aria-label": t("anyway.field"), placeholder: t("anyway.field") });
  const form = el("form", { class: "line", onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) done(field.value.trim()); } },
    field, el("button", { type: "submit", class: "primary", "data-testid": "reason-submit" }, t("verdict.anyway")));
  openSheet("anyway-sheet", t("anyway.title"), ...ready, form);
}

/** Tonight's counts, language, sound, camera, sign out. settings: {language, muted, camera, cameras, counts, stuck, waiting, on...}. */
export function openMore(settings) {
  const signOut = button(settings.waiting ? t("more.signOutWaiting", { n: settings.waiting }) : t("more.signOut"),
    () => { closeSheet(); settings.onSignOut(); }, { class: "wide", "data-testid": "sign-out" });
  openSheet("more-sheet", t("more.title"),
    tonight(settings.counts),
    settings.stuck > 0 ? el("p", { class: "stuck", "data-testid": "stuck" }, t("more.stuck", { n: settings.stuck })) : null,
    row("more.language", segments("language", [["en", "English"], ["es", "Español"]], settings.language, settings.onLanguage)),
    row("more.sound", segments("sound", [["on", t("more.on")], ["off", t("more.off")]], settings.muted ? "off" : "on", (value) => settings.onMuted(value === "off"))),
    settings.cameras.length > 1 ? row("camera.other", cameraList(settings)) : null,
    signOut);
}

const row = (key, control) => el("div", { class: "setting" }, el("span", {}, t(key)), control);

function segments(id, options, chosen, choose) {
  const group = el("div", { class: "segments", role: "group" });
  for (const [value, label] of options) {
    group.append(button(label, () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other.dataset.value === value));
      choose(value);
    }, { "data-value": value, "data-testid": `${id}-${value}`, "aria-pressed": String(value === chosen) }));
  }
  return group;
}

function cameraList({ cameras, camera, onCamera }) {
  const options = cameras.map((one, index) =>
    el("option", { value: one.deviceId, selected: one.deviceId === camera }, one.label || `${t("camera.other")} ${index + 1}`));
  return el("select", { "aria-label": t("camera.other"), "data-testid": "camera-choice", onchange: (event) => onCamera(event.target.value) },
    el("option", { value: "", selected: !camera }, t("camera.default")), ...options);
}

function tonight(counts) {
  if (!counts) return null;
  const figure = (key) => el("div", {}, el("b", {}, String(counts[key] ?? 0)), el("span", {}, t(`count.${key}`)));
  return el("div", { class: "figures", "aria-label": t("more.tonight") }, ...["inside", "admitted", "refused", "asked"].map(figure));
}
