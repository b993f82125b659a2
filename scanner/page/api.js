// The hub's HTTP interface. Every failure becomes a Trouble with a kind; nothing else knows about HTTP.

const BASE = "/api/v1";
const PATIENCE = 6000; // The hub answers in milliseconds, or within its lookup budget.
const PASSING = new Set([408, 425, 429]);

/** kind: "network" (no answer), "hub" (it had a problem, try again), "signed-out", "forbidden", "request" (retrying is no use). */
export class Trouble extends Error {
  constructor(kind, { status = 0, detail = "", retryAfter = 0 } = {}) {
    super(detail || kind);
    Object.assign(this, { kind, status, detail, retryAfter });
  }

  get passing() {
    return this.kind === "network" || this.kind === "hub" || this.kind === "signed-out";
  }
}

export function createApi({ token, language, onSignedOut, onReach }) {
  async function call(path, { method = "GET", json, form, signal, patience = PATIENCE } = {}) {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), patience);
    signal?.addEventListener("abort", () => deadline.abort(), { once: true });
    try {
      const response = await send(path, { method, json, form, signal: deadline.signal }, signal);
      return await readJson(response, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async function send(path, { method, json, form, signal }, wanted) {
    const headers = { Authorization: `Bearer ${token()}`, "Accept-Language": language(), Accept: "application/json" };
    if (json !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
      const body = json === undefined ? form : JSON.stringify(json);
      response = await fetch(BASE + path, { method, headers, body, signal, cache: "no-store", credentials: "omit" });
    } catch (error) {
      throw lost(error, wanted);
    }
    if (response.status < 500) onReach(true); // a hub with a problem is neither reached nor lost
    if (!response.ok) throw await refused(response);
    return response;
  }

  async function readJson(response, wanted) {
    try {
      return await response.json();
    } catch (error) {
      throw lost(error, wanted); // The answer was cut: whatever it said, we don't know.
    }
  }

  function lost(error, wanted) {
    if (wanted?.aborted) return error;
    onReach(false);
    return new Trouble("network");
  }

  async function refused(response) {
    const problem = await response.json().catch(() => ({}));
    const trouble = new Trouble(kindOf(response.status), {
      status: response.status,
      detail: String(problem.detail ?? problem.title ?? ""),
      retryAfter: Number(response.headers.get("Retry-After")) * 1000 || 0,
    });
    if (trouble.kind === "signed-out") onSignedOut();
    return trouble;
  }

  return {
    scan: (body) => call("/scans", { method: "POST", json: body }),
    undo: (id) => call(`/scans/${encodeURIComponent(id)}/undo`, { method: "POST", json: {} }),
    decode: (image, signal) => call("/decode", { method: "POST", form: asForm(image), signal, patience: 10000 }),
    admissions: (q, signal) => call(`/admissions?${new URLSearchParams({ q, limit: "30" })}`, { signal }),
    status: () => call("/status"),
    conflicts: () => call("/conflicts?limit=100"),
    notices: async (signal) => (await send("/notices", { method: "GET", signal }, signal)).body,
  };
}

function kindOf(status) {
  if (status === 401) return "signed-out";
  if (status === 403) return "forbidden";
  return status >= 500 || PASSING.has(status) ? "hub" : "request";
}

function asForm(image) {
  const form = new FormData();
  form.append("image", image, image.type === "image/png" ? "code.png" : "code.jpg");
  return form;
}
