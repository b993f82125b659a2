// The page's own database on this phone: what waits to be sent, what was done here, what verdicts are made of.
// Used by the page and by its service worker.

const NAME = "doorcheck";
const VERSION = 1;

/** waiting: to be sent, by number; done: the history; sheets and changes: the snapshot; counts: what changed since; notes: by name. */
export type Room = "waiting" | "done" | "sheets" | "changes" | "counts" | "notes";
const ROOMS: Record<Room, IDBObjectStoreParameters> = {
  waiting: { keyPath: "number", autoIncrement: true },
  done: { keyPath: "id" },
  sheets: { keyPath: "event" },
  changes: { autoIncrement: true },
  counts: { keyPath: "admission" },
  notes: {},
};

let opened: Promise<IDBDatabase> | null = null;

/** Raises what the browser raises: storage is full, or not allowed. */
function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const [room, options] of Object.entries(ROOMS)) asked.result.createObjectStore(room, options);
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { opened = null; asked.result.close(); };
      asked.result.onclose = () => { opened = null; };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("the database is held by an older page"));
  }).catch((error) => { opened = null; throw error; });
  return opened;
}

/** One transaction over some rooms. With `durable`, it is on the disk when the promise is kept. */
async function inside<T>(rooms: Room[], mode: IDBTransactionMode, work: (room: (name: Room) => IDBObjectStore) => IDBRequest<T> | undefined, durable = false): Promise<T | undefined> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const options: IDBTransactionOptions = durable ? { durability: "strict" } : {};
    const transaction = database.transaction(rooms, mode, options);
    let request: IDBRequest<T> | undefined;
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error ?? new Error("the database gave up"));
    request = work((name) => transaction.objectStore(name));
  });
}

export async function all<T>(room: Room): Promise<T[]> {
  return (await inside<T[]>([room], "readonly", (at) => at(room).getAll() as IDBRequest<T[]>)) ?? [];
}

export async function get<T>(room: Room, key: IDBValidKey): Promise<T | undefined> {
  return inside<T | undefined>([room], "readonly", (at) => at(room).get(key) as IDBRequest<T | undefined>);
}

/** Written when the promise is kept: it outlives the browser. Gives the key. */
export async function keep(room: Room, value: unknown, key?: IDBValidKey): Promise<IDBValidKey> {
  return (await inside<IDBValidKey>([room], "readwrite", (at) => at(room).put(value, key))) ?? "";
}

/** On the disk when the promise is kept: it outlives an empty battery. */
export async function keepSafe(room: Room, value: unknown, key?: IDBValidKey): Promise<void> {
  await inside<IDBValidKey>([room], "readwrite", (at) => at(room).put(value, key), true);
}

/** Several changes at once, all or none. */
export async function change(rooms: Room[], work: (room: (name: Room) => IDBObjectStore) => void): Promise<void> {
  await inside(rooms, "readwrite", (at) => { work(at); return undefined; });
}

export const drop = (room: Room, key: IDBValidKey): Promise<void> => change([room], (at) => { at(room).delete(key); });

export const empty = (...rooms: Room[]): Promise<void> => change(rooms, (at) => { for (const room of rooms) at(room).clear(); });
