// A chosen picture, such as a screenshot that a guest sent.

import type { Decoder } from "./decoder.ts";

const LONGEST = 2048; // pixels

/** The codes in a picture, read here; where nothing is found, by the hub's decoders, which read more. */
export async function codesIn(file: File, decoder: Decoder, byHub: (image: Blob) => Promise<string[]>): Promise<string[]> {
  const here = await decoder.read(await bitmapOf(file)).catch(() => []);
  return here.length > 0 ? unique(here) : unique(await byHub(await readable(file)));
}

async function bitmapOf(file: File): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file);
  const scale = LONGEST / Math.max(whole.width, whole.height);
  if (scale >= 1) return whole;
  const size = { resizeWidth: Math.round(whole.width * scale), resizeHeight: Math.round(whole.height * scale) };
  const small = await createImageBitmap(whole, size);
  whole.close();
  return small;
}

/** As the hub takes it: PNG or JPEG of a sensible size. */
async function readable(file: File): Promise<Blob> {
  if (/^image\/(png|jpeg)$/.test(file.type) && file.size < 2_000_000) return file;
  const bitmap = await bitmapOf(file);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", 0.85);
  });
}

const unique = (codes: string[]): string[] => [...new Set(codes)];
