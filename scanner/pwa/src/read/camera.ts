// The camera as a reader: looks at the part of the picture where the frame is, several times a second, while somebody is
// there; rests when nobody was for a while.

import type { Decoder } from "./decoder.ts";

const PACE = 80; // ms between two looks
const PACE_IDLE = 250; // after QUIET without a code
const PACE_HUB = 250; // where the hub has to read
const AFTER_TROUBLE = 1500; // ms; the connection has enough to do
const QUIET = 30_000; // ms
const REST = 5 * 60_000; // ms without a code and without a touch, after which the camera is put off
const LONGEST = 960; // pixels of the longer side of a picture to read
const WIDE_EVERY = 3; // each so many looks the whole picture: not everybody finds the frame

export type CameraState = "off" | "starting" | "live" | "paused" | "resting" | "denied" | "missing" | "busy" | "insecure";
export interface CameraChoice { id: string; label: string }

interface Wiring {
  video: HTMLVideoElement;
  decoder: Decoder;
  /** Each sight of a code, repeats too. */
  onCode: (code: string, seenAt: number) => void;
  onState: (state: CameraState) => void;
  /** The camera that was chosen; "" for the rear one. */
  choice: () => string;
}

export interface Camera {
  start(): Promise<void>;
  stop(): void;
  /** Somebody is here: a touch, a key. */
  stir(): void;
  cameras(): Promise<CameraChoice[]>;
  can(): { torch: boolean; zoom: { min: number; max: number } | null };
  torch(on: boolean): Promise<void>;
  zoom(to: number): Promise<void>;
  focusAt(x: number, y: number): Promise<void>;
}

const STATES: Record<string, CameraState> = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing",
};

/** What browsers of phones can do with a camera and TypeScript's library does not know. */
interface Abilities { torch?: boolean; zoom?: { min: number; max: number }; focusMode?: string[]; pointsOfInterest?: unknown }

export function createCamera({ video, decoder, onCode, onState, choice }: Wiring): Camera {
  let stream: MediaStream | null = null;
  let wanted = false;
  let timer = 0;
  let run = 0; // a newer start or stop makes the older loop end
  let stirred = 0;
  let looks = 0;

  async function start(): Promise<void> {
    wanted = true;
    stirred = performance.now();
    if (!navigator.mediaDevices?.getUserMedia) return onState("insecure");
    if (document.hidden) return onState("paused");
    release();
    const mine = run;
    onState("starting");
    try {
      const opened = await open(choice());
      if (mine !== run) return end(opened);
      stream = opened;
      await show(opened);
      if (mine !== run) return;
      onState("live");
      void look(mine);
    } catch (error) {
      if (mine === run) onState(STATES[(error as Error).name] ?? "busy");
    }
  }

  async function show(opened: MediaStream): Promise<void> {
    opened.getVideoTracks()[0]?.addEventListener("ended", () => { if (stream === opened) void start(); }); // a call came
    video.srcObject = opened;
    await video.play();
  }

  async function look(mine: number): Promise<void> {
    if (mine !== run) return;
    const began = performance.now();
    if (began - stirred > REST) return rest();
    let pace = decoder.way === "hub" ? PACE_HUB : began - stirred > QUIET ? PACE_IDLE : PACE;
    try {
      const [code] = await codesInView();
      if (mine === run && code !== undefined) {
        stirred = began;
        onCode(code, began);
      }
    } catch {
      pace = AFTER_TROUBLE; // The dots of the top strip tell about it: no verdict, nobody was refused.
    }
    if (mine === run) timer = window.setTimeout(() => void look(mine), Math.max(0, pace - (performance.now() - began)));
  }

  async function codesInView(): Promise<string[]> {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return [];
    looks += 1;
    const [sx, sy, side, other] = looks % WIDE_EVERY === 0 ? [0, 0, width, height] : middle(width, height);
    const scale = Math.min(1, LONGEST / Math.max(side, other));
    const size = { resizeWidth: Math.round(side * scale), resizeHeight: Math.round(other * scale) };
    return decoder.read(await createImageBitmap(video, sx, sy, side, other, scale < 1 ? size : {}));
  }

  function rest(): void {
    release();
    onState("resting");
  }

  function release(): void {
    run += 1;
    clearTimeout(timer);
    if (stream) end(stream);
    stream = null;
    video.srcObject = null;
  }

  function stop(): void {
    wanted = false;
    release();
    onState("off");
  }

  const track = () => stream?.getVideoTracks()[0];
  const abilities = () => (track()?.getCapabilities?.() ?? {}) as Abilities;
  const apply = async (wish: object) => track()?.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] });

  async function focusAt(x: number, y: number): Promise<void> {
    const { focusMode = [], pointsOfInterest } = abilities();
    const mode = ["single-shot", "continuous"].find((one) => focusMode.includes(one));
    if (mode) await apply({ focusMode: mode, ...(pointsOfInterest ? { pointsOfInterest: [{ x, y }] } : {}) });
  }

  async function cameras(): Promise<CameraChoice[]> {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return all.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId).map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  document.addEventListener("visibilitychange", () => {
    if (!wanted) return;
    if (document.hidden) {
      release();
      onState("paused");
    } else void start();
  });
  return {
    start, stop, cameras, focusAt, stir: () => { stirred = performance.now(); },
    can: () => ({ torch: Boolean(abilities().torch), zoom: abilities().zoom ?? null }),
    torch: async (on) => { await apply({ torch: on }); },
    zoom: async (to) => { await apply({ zoom: to }); },
  };
}

/** The square where the frame is drawn, and a little around it. */
function middle(width: number, height: number): [number, number, number, number] {
  const side = Math.min(width, height);
  return [Math.round((width - side) / 2), Math.round((height - side) / 2), side, side];
}

async function open(deviceId: string): Promise<MediaStream> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const rear = { video: { facingMode: { ideal: "environment" }, ...size }, audio: false };
  if (!deviceId) return navigator.mediaDevices.getUserMedia(rear);
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { deviceId: { exact: deviceId }, ...size }, audio: false });
  } catch (error) {
    const { name } = error as Error;
    if (name !== "OverconstrainedError" && name !== "NotFoundError") throw error;
    return navigator.mediaDevices.getUserMedia(rear); // the camera chosen last time was unplugged
  }
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
