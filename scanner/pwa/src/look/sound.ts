// Tones and vibration. Browsers keep a page silent until somebody has touched it: `locked` tells.

import type { Tone } from "./looks.ts";

const LEVEL = { sine: 0.5, triangle: 0.3, square: 0.12, sawtooth: 0.3 };

export interface Sound { play(tones: Tone[]): void; vibrate(pattern: number[]): void; unlock(): void }

export function createSound({ muted, onLock }: { muted: () => boolean; onLock: (locked: boolean) => void }): Sound {
  let context: AudioContext | null = null;

  const locked = (): boolean => context === null || context.state !== "running";
  const tell = () => onLock(locked());

  function unlock(): void {
    const Context = window.AudioContext as typeof AudioContext | undefined;
    if (!Context) return;
    if (context === null) {
      context = new Context();
      context.addEventListener("statechange", tell);
    }
    if (context.state !== "running") context.resume().then(tell, tell);
  }

  function play(tones: Tone[]): void {
    if (muted() || context === null || locked()) return;
    let at = context.currentTime + 0.01;
    for (const tone of tones) {
      sound(context, tone, at);
      at += (tone.ms + tone.gap) / 1000;
    }
  }

  function vibrate(pattern: number[]): void {
    if (pattern.length > 0 && "vibrate" in navigator && navigator.userActivation?.hasBeenActive !== false) {
      navigator.vibrate(pattern);
    }
  }

  tell();
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, unlock, { capture: true, passive: true });
  return { play, vibrate, unlock };
}

function sound(context: AudioContext, { hz, ms, wave }: Tone, at: number): void {
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
