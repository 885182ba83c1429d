/** Bodies that the host holds, without streams: reading one to its end, and passing one on. */
import { bodyAbort, bodyCancel, bodyClose, bodyRead as nextChunk, bodyWrite } from 'native';

function brokenOff(error) {
  throw new TypeError(error.message);
}

/** The next bytes, or null at the end. A body that breaks off is what the standard calls a network error: a TypeError. */
export function bodyRead(handle) {
  return nextChunk(handle).then(undefined, brokenOff);
}

/** All bytes of a received body. */
export async function readHandle(handle, read = bodyRead) {
  const chunks = [];
  let size = 0;
  for (let chunk; (chunk = await read(handle)) !== null;) {
    chunks.push(chunk);
    size += chunk.length;
  }
  return concat(chunks, size);
}

/** The chunks as one array. */
export function concat(chunks, size) {
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Passes a received body on, without making a stream of it. */
export async function pumpHandle(from, handle, read = bodyRead) {
  try {
    for (let chunk; (chunk = await read(from)) !== null;) {
      if (chunk.length > 0 && !(await bodyWrite(handle, chunk))) {
        bodyCancel(from);
        return;
      }
    }
  } catch (error) {
    bodyAbort(handle);
    throw error;
  }
  bodyClose(handle);
}
