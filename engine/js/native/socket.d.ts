/**
 * The part of the Rust half that only `WebSocket` needs: `import { … } from 'native:socket'`. It is made when it is first
 * imported.
 */

/** Opens a connection; the value is the subprotocol that the server has chosen. `headers` is a section as in `native`. */
export function socketOpen(url: string, protocols: string[], headers: string): { id: number; promise: Promise<string> };
/** What comes of a connection: a text, bytes, its end (clean, code, reason), its failure (why). */
export type Received = [0, string] | [1, Uint8Array] | [2, boolean, number, string] | [3, string];
/** What comes next. One at a time. */
export function socketReceive(id: number): Promise<Received>;
/** Sends a message; settles when the network has it. One at a time. Rejects when too much waits already. */
export function socketSend(id: number, message: string | ArrayBuffer | ArrayBufferView): Promise<void>;
export function socketClose(id: number, code: number | undefined, reason: string): Promise<void>;
/** Lets go of it, whatever is under way: promises do not settle any more, and an open connection is closed. */
export function socketDrop(id: number): void;
