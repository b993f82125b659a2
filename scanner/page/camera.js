// The camera as a reader: a few frames a second go to the hub, which finds the codes.

const PACE = 250; // ms between two frames
const AFTER_TROUBLE = 1500; // ms; the connection has enough to do
const LONGEST = 1024; // pixels of the longer side

const STATES = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };

/** onState: off, starting, live, paused, denied, missing, busy, insecure. onCode: each sight of a code, repeats too. */
export function createCamera({ video, decode, onCode, onState, choice }) {
  const canvas = document.createElement("canvas");
  let stream = null;
  let wanted = false;
  let timer = 0;
  let run = 0; // a newer start or stop makes the older loop end

  async function start() {
    wanted = true;
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
      if (mine !== run) return undefined;
      onState("live");
      look(mine);
    } catch (error) {
      if (mine === run) onState(STATES[error.name] ?? "busy");
    }
    return undefined;
  }

  async function show(opened) {
    opened.getVideoTracks()[0]?.addEventListener("ended", () => { if (stream === opened) start(); });
    video.srcObject = opened;
    await video.play();
  }

  async function look(mine) {
    if (mine !== run) return;
    const began = performance.now();
    let pace = PACE;
    try {
      const image = await frame(video, canvas);
      const found = image === null ? [] : (await decode(image)).codes;
      if (mine === run && found.length > 0) onCode(found[0].value);
    } catch {
      pace = AFTER_TROUBLE; // The dots of the top strip tell about it: no verdict, nobody was refused.
    }
    if (mine === run) timer = setTimeout(() => look(mine), Math.max(0, pace - (performance.now() - began)));
  }

  function release() {
    run += 1;
    clearTimeout(timer);
    if (stream) end(stream);
    stream = null;
    video.srcObject = null;
  }

  function stop() {
    wanted = false;
    release();
    onState("off");
  }

  const track = () => stream?.getVideoTracks()[0];
  const hasTorch = () => Boolean(track()?.getCapabilities?.().torch);
  const torch = (on) => track()?.applyConstraints({ advanced: [{ torch: on }] });

  async function cameras() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return all.filter((device) => device.kind === "videoinput" && device.deviceId);
  }

  document.addEventListener("visibilitychange", () => {
    if (!wanted) return;
    if (document.hidden) {
      release();
      onState("paused");
    } else start();
  });
  return { start, stop, hasTorch, torch, cameras };
}

async function open(deviceId) {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const rear = { video: { facingMode: { ideal: "environment" }, ...size }, audio: false };
  if (!deviceId) return navigator.mediaDevices.getUserMedia(rear);
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { deviceId: { exact: deviceId }, ...size }, audio: false });
  } catch (error) {
    if (error.name !== "OverconstrainedError" && error.name !== "NotFoundError") throw error;
    return navigator.mediaDevices.getUserMedia(rear); // the camera chosen last time was unplugged
  }
}

function end(stream) {
  for (const track of stream.getTracks()) track.stop();
}

async function frame(video, canvas) {
  if (!video.videoWidth) return null;
  return drawn(canvas, video, video.videoWidth, video.videoHeight, LONGEST);
}

function drawn(canvas, source, width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
}

/** A chosen picture as the hub takes it: PNG or JPEG of a sensible size. */
export async function readable(file) {
  if (/^image\/(png|jpeg)$/.test(file.type) && file.size < 2_000_000) return file;
  const bitmap = await createImageBitmap(file);
  return drawn(document.createElement("canvas"), bitmap, bitmap.width, bitmap.height, 2048);
}
