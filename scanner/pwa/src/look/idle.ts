// What the middle shows when there is no verdict: the camera's picture, or one sentence and one button.

import type { Status } from "../hub/api.ts";
import type { CameraState } from "../read/camera.ts";
import { t } from "../words/words.ts";
import { byId } from "./dom.ts";

type Act = "look" | "camera" | "type";
interface Screen { name: string; button: string; act: Act }

const CAMERA_BUTTONS: Record<Exclude<CameraState, "live">, string> = {
  off: "button.camera", starting: "button.again", paused: "button.again", resting: "button.camera", denied: "button.again",
  missing: "button.type", busy: "button.again", insecure: "button.type",
};

/** `knows`: this phone can decide by itself. */
export interface Idle { reach: boolean | null; status: Status | null; camera: CameraState; knows: boolean }

export function paintIdle(state: Idle, acts: Record<Act, () => void>): void {
  const screen = screenOf(state);
  const live = state.camera === "live";
  byId("video").hidden = !live;
  byId("frame").hidden = !live || screen !== null;
  byId("idle").hidden = screen === null;
  if (screen === null) return;
  byId("idle").dataset.screen = screen.name;
  byId("idle-sentence").textContent = t(`idle.${screen.name}`);
  const button = byId<HTMLButtonElement>("idle-button");
  button.textContent = t(screen.button);
  button.onclick = acts[screen.act];
  if (screen.act === "camera") button.dataset.testid = "camera-start";
  else delete button.dataset.testid;
}

function screenOf({ reach, status, camera, knows }: Idle): Screen | null {
  if (status === null && !knows) return { name: reach === false ? "unreachable" : "loading", button: "button.again", act: "look" };
  if (status?.events.length === 0) return { name: "noEvent", button: "button.again", act: "look" };
  if (camera === "live") return null;
  const typed = camera === "insecure" || camera === "missing";
  return { name: camera, button: CAMERA_BUTTONS[camera], act: typed ? "type" : "camera" };
}
