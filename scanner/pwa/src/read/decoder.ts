// A picture becomes codes: by the browser's own reader where it has one, else by zxing-wasm in a worker, else by the hub.

import { took } from "./timing.ts";

const PATIENCE = 8000; // ms for the first picture: the worker loads its program

interface Barcode { rawValue: string; boundingBox: DOMRectReadOnly }
interface NativeDetector { detect(image: ImageBitmap): Promise<Barcode[]> }
interface NativeClass { new (options: { formats: string[] }): NativeDetector; getSupportedFormats(): Promise<string[]> }

export interface Decoder {
  /** The codes in a picture, the one nearest to its middle first. Closes the picture. */
  read(bitmap: ImageBitmap): Promise<string[]>;
  /** How it reads now: native, worker, or hub. */
  readonly way: "native" | "worker" | "hub";
}

/** `byHub` reads a JPEG. */
export function createDecoder(byHub: (image: Blob) => Promise<string[]>): Decoder {
  let native: NativeDetector | null = null;
  let worker: Pictures | null = null;
  let way: Decoder["way"] = "worker";
  const ready = nativeDetector().then((found) => { native = found; way = found ? "native" : way; });

  async function read(bitmap: ImageBitmap): Promise<string[]> {
    await ready;
    const began = performance.now();
    try {
      return await readBy(bitmap);
    } finally {
      took("decode", began);
    }
  }

  async function readBy(bitmap: ImageBitmap): Promise<string[]> {
    if (native) {
      try {
        return byDistance(await native.detect(bitmap), bitmap);
      } catch {
        native = null; // some phones list it and can't do it
        way = "worker";
      } finally {
        if (native) bitmap.close();
      }
    }
    if (way === "hub") return byHub(await jpeg(bitmap));
    try {
      worker ??= new Pictures();
      return await worker.read(bitmap);
    } catch {
      worker?.end();
      worker = null;
      way = "hub"; // a page that was made without its own reader, or a browser without WebAssembly
      return [];
    }
  }

  return { read, get way() { return way; } };
}

/** The worker, and the pictures it has not answered. */
class Pictures {
  private readonly worker = new Worker(new URL("./decode-worker.ts", import.meta.url), { type: "module" });
  private readonly asked = new Map<number, { resolve: (codes: string[]) => void; reject: (error: Error) => void }>();
  private number = 0;
  private heard = false;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<{ number: number; codes?: { value: string; distance: number }[]; failed?: string }>) => {
      const one = this.asked.get(data.number);
      this.asked.delete(data.number);
      if (!data.codes) return one?.reject(new Error(data.failed));
      this.heard = true;
      one?.resolve(data.codes.sort((a, b) => a.distance - b.distance).map(({ value }) => value));
    };
    this.worker.onerror = () => this.fail("the worker stopped");
  }

  read(bitmap: ImageBitmap): Promise<string[]> {
    this.number += 1;
    const { number } = this;
    const answered = new Promise<string[]>((resolve, reject) => this.asked.set(number, { resolve, reject }));
    this.worker.postMessage({ number, bitmap }, [bitmap]);
    if (!this.heard) setTimeout(() => { if (!this.heard) this.fail("the worker did not begin"); }, PATIENCE);
    return answered;
  }

  end(): void {
    this.worker.terminate();
  }

  private fail(why: string): void {
    for (const { reject } of this.asked.values()) reject(new Error(why));
    this.asked.clear();
  }
}

async function nativeDetector(): Promise<NativeDetector | null> {
  const Detector = (window as unknown as { BarcodeDetector?: NativeClass }).BarcodeDetector;
  try {
    if (!Detector || !(await Detector.getSupportedFormats()).includes("qr_code")) return null;
    return new Detector({ formats: ["qr_code"] });
  } catch {
    return null;
  }
}

function byDistance(found: Barcode[], { width, height }: ImageBitmap): string[] {
  const distance = ({ boundingBox: box }: Barcode) => Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2);
  return found.filter(({ rawValue }) => rawValue).sort((one, other) => distance(one) - distance(other)).map(({ rawValue }) => rawValue);
}

async function jpeg(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", 0.85);
  });
}
