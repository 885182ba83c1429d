/**
 * What the interfaces of this folder share beyond `internal/webidl.js`: constants, constructors that only the platform
 * may call, and how an object shows itself to `console`.
 */

/** What `console` and Node's `util.inspect` call to let an object describe itself. */
export const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** The argument that lets the platform's own code call a constructor which scripts may not call. */
export const internalKey = Symbol('internal');

/** @param {unknown} key */
export function requireInternalKey(key) {
  if (key !== internalKey) throw new TypeError('Illegal constructor');
}

/**
 * Constants of an interface, which stand on the interface and on its prototype.
 *
 * @param {Function} Class
 * @param {Record<string, number>} constants
 */
export function defineConstants(Class, constants) {
  for (const [key, value] of Object.entries(constants)) {
    const descriptor = { value, enumerable: true };
    Object.defineProperty(Class, key, descriptor);
    Object.defineProperty(Class.prototype, key, descriptor);
  }
}

/**
 * Shows instances as `Name { members }`: the state of these classes is private, so that nothing of it would show.
 *
 * @param {Function} Class
 * @param {(object: any) => object} members
 */
export function defineInspection(Class, members) {
  Object.defineProperty(Class.prototype, inspectCustom, {
    /** @this {any} */
    value(/** @type {number | null} */ depth, /** @type {any} */ options, /** @type {Function} */ inspect) {
      const name = this.constructor?.name || Class.name;
      return depth !== null && depth < 0 ? `[${name}]` : `${name} ${inspect(members(this), { ...options, depth })}`;
    },
    writable: true,
    configurable: true,
  });
}
