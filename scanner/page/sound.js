// Tones and vibration. Browsers keep a page silent until somebody has touched it: `locked` tells.

const LEVEL = { sine: 0.5, triangle: 0.3, square: 0.12, sawtooth: 0.3 };

export function createSound({ muted, onLock }) {
  let context = null;

  const locked = () => context === null || context.state !== "running";
  const tell = () => onLock(locked());

  function unlock() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) return;
    if (context === null) {
      context = new Context();
      context.addEventListener("statechange", tell);
    }
    if (context.state !== "running") context.resume().then(tell, tell);
  }

  function play(tones) {
    if (muted() || locked()) return;
    let at = context.currentTime + 0.01;
    for (const tone of tones) {
      sound(context, tone, at);
      at += (tone.ms + tone.gap) / 1000;
    }
  }

  function vibrate(pattern) {
    if (pattern.length > 0 && "vibrate" in navigator && navigator.userActivation?.hasBeenActive !== false) {
      navigator.vibrate(pattern);
    }
  }

  tell();
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, unlock, { capture: true, passive: true });
  return { play, vibrate, unlock };
}

function sound(context, { hz, ms, wave }, at) {
  const end = at + ms / 1000;
  const edge = Math.min(0.008, ms / 4000); // Without soft edges each tone begins and ends with a crack.
  const volume = context.createGain();
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LEVEL[wave], at + edge);
  volume.gain.setValueAtTime(LEVEL[wave], end - edge);
  volume.gain.linearRampToValueAtTime(0, end);
  const source = context.createOscillator();
  source.type = wave;
  source.frequency.setValueAtTime(hz, at);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(end);
}
