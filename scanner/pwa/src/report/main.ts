// The page of reports: asks the hub for days and an event, waits while it is made, shows it, brings its files.

import { be, token as keptToken } from "../keep/stations.ts";
import { takeTokenFromLink, tokenIn } from "../keep/storage.ts";
import { button, byId, el } from "../look/dom.ts";
import { chart } from "./chart.ts";
import { createForm } from "./form.ts";
import { createHub, type House, type Night, type Question, type Report, Trouble, type Working } from "./hub.ts";
import { figures, tables } from "./tables.ts";
import { count, instant, other, recallLanguage, t } from "./words.ts";

const SOON = 700; // ms between two looks at a report that is being made
const FORMATS = ["xlsx", "csv", "parquet", "json"];

const known: { token: string; house: House | null; nights: Night[]; report: Report | null; asked: Question | null } = {
  token: "", house: null, nights: [], report: null, asked: null,
};
const hub = createHub(() => known.token);
const form = createForm({ place: byId<HTMLFormElement>("question"), onAsk: (question) => void show(question, false) });
let looking = new AbortController();

/** The token of a link is this tab's; it is only kept where this device is no station yet. */
function findToken(): string {
  const given = takeTokenFromLink();
  if (given && !keptToken()) be(given);
  return given || keptToken();
}

async function start(): Promise<void> {
  if (!known.token) return signedOut("signIn.sentence");
  try {
    const [house, nights] = await Promise.all([hub.house(), hub.events()]);
    known.house = house;
    known.nights = nights.items;
    byId("signed-out").hidden = true;
    paint();
    byId("question").hidden = false;
    if (form.begun()) void show(form.question(), false);
  } catch (error) {
    fail(error, start);
  }
}

function signedOut(sentence: string): void {
  looking.abort();
  byId("question").hidden = true;
  byId("report").hidden = true;
  tell();
  const field = el("input", { id: "token", type: "password", required: true, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const made = el("form", { autocomplete: "off" }, el("p", {}, t(sentence)), el("label", { for: "token" }, t("signIn.field")), field,
    el("button", { type: "submit", class: "primary" }, t("signIn.button")));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    known.token = tokenIn(field.value) || field.value.trim();
    if (!keptToken()) be(known.token);
    void start();
  });
  byId("signed-out").replaceChildren(made);
  byId("signed-out").hidden = false;
}

/** Ask until it is made. Who asks for something else does not wait for this one any more. */
async function show(question: Question, again: boolean): Promise<void> {
  looking.abort();
  looking = new AbortController();
  const { signal } = looking;
  known.report = null;
  known.asked = question;
  byId("report").hidden = true;
  tell(el("p", {}, t("starting")));
  try {
    known.report = await made(question, again, signal);
    tell();
    paintReport();
  } catch (error) {
    if (!signal.aborted) fail(error, () => show(question, false), question);
  }
}

async function made(question: Question, again: boolean, signal: AbortSignal): Promise<Report> {
  for (let first = true; ; first = false) {
    try {
      const found = await hub.report(question, again && first, signal);
      if (found.state === "ready") return found;
      tellProgress(found);
    } catch (error) {
      if (!(error instanceof Trouble && error.kind === "busy")) throw error;
      tell(el("p", {}, t("busy")));
    }
    await new Promise((resolve) => { setTimeout(resolve, SOON); });
    signal.throwIfAborted();
  }
}

function tellProgress({ what, account, step, steps, done, of }: Working): void {
  const words = what === "reading" ? t("reading", { n: count(done), of: count(of) })
    : account ? t("asking", { account, what: t(`what.${what}`), n: count(done) }) : t("starting");
  const found = byId("told").querySelector("progress");
  if (!found) tell(el("p", {}, words), el("progress", { max: steps, value: step, "aria-label": t("starting") }));
  else {
    found.value = step;
    byId("told").firstElementChild?.replaceChildren(words);
  }
}

function tell(...inside: HTMLElement[]): void {
  byId("told").replaceChildren(...inside);
}

function fail(error: unknown, again: () => unknown, question?: Question): void {
  if (!(error instanceof Trouble)) throw error;
  if (error.kind === "signed-out") return signedOut("signIn.wrong");
  const words = error.kind === "lost" ? t("lost.hub") : error.message || t("lost.forbidden");
  const next = error.kind === "damaged" && question
    ? button(t("without.rows"), () => void show({ ...question, damaged: "list" }, false), { class: "primary", "data-testid": "without-rows" })
    : button(t("again"), () => void again(), { class: "primary", "data-testid": "again" });
  tell(el("p", { class: "wrong", "data-testid": "wrong" }, words), next);
}

function paint(): void {
  document.title = `Doorcheck: ${t("title")}`;
  byId("title").textContent = t("title");
  byId("language").textContent = t("language");
  byId("station").textContent = known.house?.station?.name ?? "";
  if (known.house) form.paint(known.house, known.nights);
  if (known.report) paintReport();
}

function paintReport(): void {
  const { report, asked } = known;
  if (!report || !asked) return;
  const nobody = report.totals.length === 0;
  byId("report").replaceChildren(
    el("div", { class: "line" }, el("p", { class: "quiet" }, t("asOf", { at: instant(report.as_of, report.timezone) })),
      button(t("anew"), () => void show(asked, true), { class: "plain", "data-testid": "anew" })),
    nobody ? el("p", { class: "card", "data-testid": "nobody" }, t("none")) : el("div", { class: "cards" }, ...figures(report)),
    ...report.totals.map((one) => chart(report, one)),
    files(asked),
    ...tables(report),
  );
  byId("report").hidden = false;
}

function files(question: Question): HTMLElement {
  const said = el("p", { class: "quiet", role: "status", "data-testid": "file-said" });
  const buttons = FORMATS.map((format) => button(t(`file.${format}`), () => void bring(question, format, said), { class: "plain", "data-testid": `file-${format}` }));
  return el("section", { class: "card files", "aria-label": t("files") }, el("h2", {}, t("files")), el("div", { class: "buttons" }, ...buttons), said);
}

async function bring(question: Question, format: string, said: HTMLElement): Promise<void> {
  said.textContent = t("file.writing");
  try {
    const { name, content } = await fileOf(question, format);
    const address = URL.createObjectURL(content);
    el("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    said.textContent = t("file.written", { name });
  } catch (error) {
    said.textContent = "";
    fail(error, () => show(question, false), question);
  }
}

/** A report that made way for another is made once more. */
async function fileOf(question: Question, format: string): Promise<{ name: string; content: Blob }> {
  try {
    return await hub.file(question, format);
  } catch (error) {
    if (!(error instanceof Trouble && error.kind === "gone")) throw error;
    await made(question, false, looking.signal);
    tell();
    return hub.file(question, format);
  }
}

byId("language").addEventListener("click", () => {
  other();
  paint();
  if (!byId("signed-out").hidden) signedOut("signIn.sentence");
});
recallLanguage();
known.token = findToken();
paint();
void start();
