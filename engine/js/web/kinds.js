/**
 * What an object is inside the engine, which neither its prototype nor its `Symbol.toStringTag` can fake.
 *
 * The engine knows a class by number and the numbers are its own affair, so they are learnt here from one object of
 * each kind. Asking for the names is no way: `JS_GetClassName` of QuickJS-NG 0.15 answers with the wrong ones.
 */

import { classId } from 'native';
import { DOMException } from '../internal/intrinsics.js';
import * as ownNamespace from './kinds.js';

/** @type {string[]} */
const names = [];

/** @param {string} name @param {object} sample */
function learn(name, sample) {
  names[classId(sample)] = name;
}

function learnAll() {
  learn('Function', learn);
  learn('Function', Math.max);
  learn('Function', learn.bind(null));
  learn('GeneratorFunction', function* () {});
  learn('AsyncFunction', async () => {});
  learn('AsyncGeneratorFunction', async function* () {});
  learn('Object', {});
  learn('Array', []);
  learn('Arguments', (function () { return arguments; })());
  learn('Module', ownNamespace);
  learn('Proxy', new Proxy({}, {}));
  for (const primitive of [0, '', false, 0n, Symbol()]) learn(Object(primitive).constructor.name, Object(primitive));
  learn('Error', new Error());
  learn('DOMException', new DOMException());
  learn('Date', new Date(0));
  learn('RegExp', /x/);
  learn('Promise', Promise.resolve());
  for (const Class of /** @type {any[]} */ ([Map, Set, WeakMap, WeakSet])) learn(Class.name, new Class());
  learn('Map Iterator', new Map().keys());
  learn('Set Iterator', new Set().keys());
  learn('Generator', (function* () {})());
  learn('ArrayBuffer', new ArrayBuffer(0));
  learn('DataView', new DataView(new ArrayBuffer(0)));
  for (const name of [
    'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
    'BigInt64Array', 'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array', 'SharedArrayBuffer',
  ]) {
    const Class = /** @type {any} */ (globalThis)[name];
    if (Class !== undefined) learn(name, new Class(0));
  }
}
learnAll();

/** The classes of most objects, to be compared with `classId` where the name would cost too much. */
export const OBJECT = classId({});
export const ARRAY = classId([]);

/**
 * The kind of an object: 'Object', 'Array', 'Map', 'Uint8Array', 'Module', 'Proxy', …; '' for one that is not listed here,
 * such as a WeakRef.
 *
 * @param {object} value
 * @returns {string}
 */
export function classOf(value) {
  return names[classId(value)] ?? '';
}
