/** What copies the objects of an interface that `structuredClone` can copy, by its prototype. */

/** @type {Map<object, (object: any) => object>} */
export const cloners = new Map();
