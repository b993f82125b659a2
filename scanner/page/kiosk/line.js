// The line to the hub: frames as they change, a beat in between, touches back.

const QUIET = 6000; // ms without a frame or a beat after which the hub is taken for lost

/** onFrame(frame) for each; onLost() once when the line is quiet too long. Goes on for ever. */
export function createLine({ onFrame, onLost }) {
  const query = location.search;
  let timer = 0;

  function heard() {
    clearTimeout(timer);
    timer = setTimeout(onLost, QUIET);
  }

  function listen() {
    const source = new EventSource(`/kiosk/frames${query}`);
    source.addEventListener("frame", (event) => { heard(); onFrame(parsed(event.data)); });
    source.addEventListener("beat", heard);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      source.close();
      setTimeout(listen, 1000);
    });
  }

  function touch(body) {
    return fetch(`/kiosk/touch${query}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    }).catch(() => null); // the screen tells by itself when the hub is gone
  }

  heard();
  listen();
  return { touch, preview: `/kiosk/preview${query}` };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
