// What the middle shows when there is no verdict: the camera's picture, or one sentence and one button.

import { byId } from "./dom.js";
import { t } from "./words.js";

const CAMERA_SCREENS = {
  off: "button.camera", starting: "button.again", paused: "button.again", denied: "button.again", missing: "button.again",
  busy: "button.again", insecure: "button.type",
};

/** state: {reach, status, camera}; acts: {look(), camera(), type()}. */
export function paintIdle(state, acts) {
  const screen = screenOf(state);
  const live = state.camera === "live";
  byId("video").hidden = !live;
  byId("frame").hidden = !live || screen !== null;
  byId("idle").hidden = screen === null;
  if (screen === null) return;
  byId("idle").dataset.screen = screen.name;
  byId("idle-sentence").textContent = t(`idle.${screen.name}`);
  const button = byId("idle-button");
  button.textContent = t(screen.button);
  button.onclick = acts[screen.act];
  if (screen.act === "camera") button.dataset.testid = "camera-start";
  else delete button.dataset.testid;
}

function screenOf({ reach, status, camera }) {
  if (status === null) return { name: reach === false ? "unreachable" : "loading", button: "button.again", act: "look" };
  if (status.events.length === 0) return { name: "noEvent", button: "button.again", act: "look" };
  if (camera === "live") return null;
  return { name: camera, button: CAMERA_SCREENS[camera], act: camera === "insecure" ? "type" : "camera" };
}
