// The line to the hub: frames as they change, a beat in between, touches back.

import type { Frame, Touch } from "./frame.ts";

const QUIET = 6000; // ms without a frame or a beat after which the hub is taken for lost

/** onFrame(frame) for each; onLost() once when the line is quiet too long. Goes on for ever. */
export interface Line { touch: Touch; preview: string }

export function createLine({ onFrame, onLost }: { onFrame: (frame: Partial<Frame> | null) => void; onLost: () => void }): Line {
  const query = location.search;
  let timer = 0;

  function heard(): void {
    clearTimeout(timer);
    timer = window.setTimeout(onLost, QUIET);
  }

  function listen(): void {
    const source = new EventSource(`/kiosk/frames${query}`);
    source.addEventListener("frame", (event) => { heard(); onFrame(parsed(event.data)); });
    source.addEventListener("beat", heard);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      source.close();
      setTimeout(listen, 1000);
    });
  }

  function touch(body: Record<string, unknown>): Promise<unknown> {
    return fetch(`/kiosk/touch${query}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    }).catch(() => null); // the screen tells by itself when the hub is gone
  }

  heard();
  listen();
  return { touch, preview: `/kiosk/preview${query}` };
}

function parsed(text: string): Partial<Frame> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
