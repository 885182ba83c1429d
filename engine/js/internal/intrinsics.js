/**
 * Globals of the engine that the platform builds on, as they were before a function could replace them and before `main.js`
 * put its own in their place.
 */
export const { DOMException, Promise, Reflect, queueMicrotask } = globalThis;

// Attributes of an interface are enumerable.
for (const name of ['name', 'message', 'code']) Object.defineProperty(DOMException.prototype, name, { enumerable: true });
