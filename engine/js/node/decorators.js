/**
 * What the compiler turns decorators of the standard into calls of. A class's `state` is made anew whenever the class
 * expression is evaluated.
 */

const { defineProperty, getOwnPropertyDescriptor } = Object;
const metadataKey = (Symbol.metadata ??= Symbol('Symbol.metadata'));

function checkCallable(value, what) {
  if (typeof value !== 'function') throw new TypeError(`${what} must be a function`);
}

/** Calls the initializers that decorators have added, in their order. */
function run(initializers, object) {
  for (let at = 0; at < initializers.length; at++) Reflect.apply(initializers[at], object, []);
}

/** What a member's decorators are told: the object of which one each gets, and what ends the time for adding initializers. */
function contextOf(kind, name, isStatic, metadata, initializers) {
  let over = false;
  const isPrivate = typeof name === 'string' && name[0] === '#' && kind === 'field';
  const context = {
    kind,
    name,
    metadata,
    addInitializer(initializer) {
      if (over) throw new TypeError('addInitializer was called after its decorator had returned');
      checkCallable(initializer, 'an initializer');
      initializers.push(initializer);
    },
  };
  if (kind !== 'class') {
    const access = { has: (object) => name in object };
    if (kind !== 'setter') access.get = (object) => object[name];
    if (kind === 'setter' || kind === 'field') {
      access.set = (object, value) => {
        object[name] = value;
      };
    }
    Object.assign(context, { static: isStatic, private: isPrivate });
    if (!isPrivate) context.access = access;
  }
  return [context, () => {
    over = true;
  }];
}

const PART = { method: 'value', getter: 'get', setter: 'set' };

class State {
  keys = [];
  metadata;
  /** By member: what gives a field its value, and what runs once it has it. */
  #fields = [];
  /** What runs before the fields of an object. */
  #starters = [];

  constructor(metadata) {
    this.metadata = metadata;
  }

  /** A computed name. */
  key(index, value) {
    return (this.keys[index] = typeof value === 'symbol' ? value : `${value}`);
  }

  /** Applies the decorators of all members. @param {Function} target the class @param {[string, PropertyKey, 0 | 1, Function[]][]} members */
  elements(target, members) {
    const starters = [];
    const round = (wanted) => members.forEach(([kind, name, isStatic, decorators], index) => {
      if (wanted !== (kind === 'field' ? 2 : 0) + (isStatic ? 0 : 1)) return;
      if (kind === 'field') this.#field(index, name, isStatic === 1, decorators);
      else this.#member(kind, name, isStatic === 1, decorators, isStatic ? target : target.prototype, isStatic ? starters : this.#starters);
    });
    for (let wanted = 0; wanted < 4; wanted++) round(wanted);
    run(starters, target);
  }

  #member(kind, name, isStatic, decorators, owner, initializers) {
    const descriptor = getOwnPropertyDescriptor(owner, name);
    const part = PART[kind];
    for (let at = decorators.length - 1; at >= 0; at--) {
      checkCallable(decorators[at], `a decorator of \`${String(name)}\``);
      const [context, end] = contextOf(kind, name, isStatic, this.metadata, initializers);
      const replacement = decorators[at](descriptor[part], context);
      end();
      if (replacement === undefined) continue;
      checkCallable(replacement, `what a decorator of \`${String(name)}\` returns`);
      descriptor[part] = replacement;
    }
    defineProperty(owner, name, descriptor);
  }

  #field(index, name, isStatic, decorators) {
    const field = { values: [], after: [] };
    for (let at = decorators.length - 1; at >= 0; at--) {
      checkCallable(decorators[at], `a decorator of \`${String(name)}\``);
      const [context, end] = contextOf('field', name, isStatic, this.metadata, field.after);
      const initial = decorators[at](undefined, context);
      end();
      if (initial === undefined) continue;
      checkCallable(initial, `what a decorator of \`${String(name)}\` returns`);
      // The outermost decorator is the first to be asked.
      field.values.unshift(initial);
    }
    this.#fields[index] = field;
  }

  /** The value of a field of an object that is being made. */
  field(index, object, value) {
    const { values } = this.#fields[index];
    for (let at = 0; at < values.length; at++) value = Reflect.apply(values[at], object, [value]);
    return value;
  }

  after(index, object) {
    run(this.#fields[index].after, object);
  }

  start(object) {
    run(this.#starters, object);
  }
}

/** @param {Function[]} decorators of the class @param {(state: State) => Function} make */
export function decorate(decorators, make) {
  const metadata = { __proto__: null };
  const state = new State(metadata);
  let target = make(state);
  const parent = Object.getPrototypeOf(target);
  if (parent !== null && parent[metadataKey] !== undefined) Object.setPrototypeOf(metadata, parent[metadataKey]);
  defineProperty(target, metadataKey, { value: metadata, writable: true, configurable: true });
  const initializers = [];
  for (let at = decorators.length - 1; at >= 0; at--) {
    checkCallable(decorators[at], 'a decorator of a class');
    const [context, end] = contextOf('class', target.name === '' ? undefined : target.name, false, metadata, initializers);
    const replacement = decorators[at](target, context);
    end();
    if (replacement === undefined) continue;
    checkCallable(replacement, 'what a decorator of a class returns');
    target = replacement;
  }
  run(initializers, target);
  return target;
}
