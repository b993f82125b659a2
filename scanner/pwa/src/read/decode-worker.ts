// Finds codes in pictures of the camera, beside the page so that it never waits. zxing-wasm comes from our own hub.

import type { ReaderOptions } from "zxing-wasm/reader";

const OPTIONS: ReaderOptions = { formats: ["QRCodeModel2"], tryHarder: true, tryInvert: true, tryRotate: false, maxNumberOfSymbols: 4, textMode: "Plain" };

type Reader = (image: ImageData) => Promise<{ value: string; distance: number }[]>;

let reader: Promise<Reader> | null = null;
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

self.onmessage = async ({ data: { number, bitmap } }: MessageEvent<{ number: number; bitmap: ImageBitmap }>) => {
  const began = performance.now();
  try {
    reader ??= load();
    const read = await reader;
    const codes = await read(pixels(bitmap));
    self.postMessage({ number, codes, ms: performance.now() - began });
  } catch (error) {
    self.postMessage({ number, failed: String(error) });
  }
};

async function load(): Promise<Reader> {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  await prepareZXingModule({ overrides: { locateFile: () => "/page/zxing_reader.wasm" }, fireImmediately: true });
  return async (image) => {
    const found = await readBarcodes(image, OPTIONS);
    return found.filter(({ isValid, text }) => isValid && text).map(({ text, position: { topLeft, bottomRight } }) => ({
      value: text,
      distance: Math.hypot((topLeft.x + bottomRight.x) / 2 - image.width / 2, (topLeft.y + bottomRight.y) / 2 - image.height / 2),
    }));
  };
}

function pixels(bitmap: ImageBitmap): ImageData {
  if (!context) throw new Error("no canvas");
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
