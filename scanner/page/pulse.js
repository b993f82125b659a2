// Is the hub there, does it reach the platform, how old is what it knows: asked now and then, and told by notices.

const EVERY = 10000;
const DELAYS = [1000, 2000, 4000, 8000, 16000, 30000];

/** onStatus(status), onListening() each time the line for notices is there, onConflict(notice), onForbidden(), onReach(false) when the hub can't tell. */
export function createPulse({ api, onStatus, onListening, onConflict, onForbidden, onReach }) {
  let timer = 0;
  let soon = 0;
  let stopped = null;

  async function ask() {
    clearTimeout(timer);
    try {
      onStatus(await api.status());
    } catch (trouble) {
      if (trouble.kind === "forbidden") onForbidden();
      else if (trouble.kind !== "signed-out") onReach(false);
    }
    if (stopped && !stopped.signal.aborted) timer = setTimeout(ask, EVERY);
  }

  function askSoon() {
    if (soon) return;
    soon = setTimeout(() => { soon = 0; ask(); }, 400); // a busy door sends many notices; one question serves them all
  }

  async function listen(signal) {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const stream = await api.notices(signal);
        onListening();
        await follow(stream, onNotice, () => { failures = 0; });
      } catch {
        // The stream ended or never began: the dots tell, and we try again.
      }
      await pause(DELAYS[Math.min(failures, DELAYS.length - 1)] * (0.75 + Math.random() / 2), signal);
    }
  }

  function onNotice(kind, data) {
    if (kind === "conflict") onConflict(data);
    askSoon();
  }

  function start() {
    stopped?.abort();
    stopped = new AbortController();
    ask();
    listen(stopped.signal);
  }

  function stop() {
    stopped?.abort();
    clearTimeout(timer);
    clearTimeout(soon);
    soon = 0;
  }

  return { start, stop, ask };
}

async function follow(body, onNotice, onFirst) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onFirst();
    const blocks = (text + value).replaceAll("\r\n", "\n").split("\n\n");
    text = blocks.pop();
    for (const block of blocks) tell(block, onNotice);
  }
}

function tell(block, onNotice) {
  const fields = block.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line)).filter(Boolean);
  const data = fields.filter(([, name]) => name === "data").map(([, , value]) => value).join("\n");
  const kind = fields.find(([, name]) => name === "event")?.[2] ?? "message";
  if (data === "") return; // a comment that keeps the line open
  try {
    onNotice(kind, JSON.parse(data));
  } catch {
    onNotice("unreadable", null);
  }
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
