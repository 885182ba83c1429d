/** What cryptography asks of the host: randomness, and work that is done there. */

import { randomFill, requireCall } from 'native';
import { hostWork } from 'native:crypto';

/** @param {number} length */
export function randomBytes(length) {
  requireCall('crypto');
  const bytes = new Uint8Array(length);
  randomFill(bytes);
  return bytes;
}

/** What the host refuses, in its words. */
export class Refused extends Error {}

function result([done, value]) {
  if (!done) throw new Refused(value);
  return value;
}

/** @param {string} kind @param {object} parameters see `native/crypto.d.ts` @returns {Promise<Uint8Array>} */
export async function work(kind, parameters) {
  requireCall('crypto');
  return result(await hostWork(kind, parameters, false));
}

/** The same at once: nothing else happens in the sandbox until it is done. @returns {Uint8Array} */
export function workNow(kind, parameters) {
  requireCall('crypto');
  return result(hostWork(kind, parameters, true));
}
