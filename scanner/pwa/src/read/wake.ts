// The screen stays on while somebody scans.

let lock: WakeLockSentinel | null = null;
let wanted = false;

export function stayAwake(awake: boolean): void {
  wanted = awake;
  if (awake) void take();
  else {
    void lock?.release().catch(() => undefined);
    lock = null;
  }
}

async function take(): Promise<void> {
  if (!wanted || lock || document.hidden || !("wakeLock" in navigator)) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => { lock = null; });
  } catch {
    // Battery saving goes before.
  }
}

document.addEventListener("visibilitychange", () => void take());
