/** What an object is inside the engine, for `util.types`. */
import { classOf } from '../../web/kinds.js';

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** @param {...string} names of classes */
function is(...names) {
  return (value) => isObject(value) && names.includes(classOf(value));
}

const isAsyncGenerator = (value) => isObject(value) && Object.prototype.toString.call(value) === '[object AsyncGenerator]';

export function typesBinding() {
  const isGenerator = is('Generator');
  const isArrayBuffer = is('ArrayBuffer');
  const isSharedArrayBuffer = is('SharedArrayBuffer');
  return {
    isExternal: () => false,
    isDate: is('Date'),
    isArgumentsObject: is('Arguments'),
    isBigIntObject: is('BigInt'),
    isBooleanObject: is('Boolean'),
    isNumberObject: is('Number'),
    isStringObject: is('String'),
    isSymbolObject: is('Symbol'),
    isBoxedPrimitive: is('BigInt', 'Boolean', 'Number', 'String', 'Symbol'),
    isNativeError: is('Error', 'DOMException'),
    isRegExp: is('RegExp'),
    isAsyncFunction: is('AsyncFunction', 'AsyncGeneratorFunction'),
    isGeneratorFunction: is('GeneratorFunction', 'AsyncGeneratorFunction'),
    isGeneratorObject: (value) => isGenerator(value) || isAsyncGenerator(value),
    isPromise: is('Promise'),
    isMap: is('Map'),
    isSet: is('Set'),
    isMapIterator: is('Map Iterator'),
    isSetIterator: is('Set Iterator'),
    isWeakMap: is('WeakMap'),
    isWeakSet: is('WeakSet'),
    isArrayBuffer,
    isDataView: is('DataView'),
    isSharedArrayBuffer,
    isProxy: is('Proxy'),
    isModuleNamespaceObject: is('Module'),
    isAnyArrayBuffer: (value) => isArrayBuffer(value) || isSharedArrayBuffer(value),
  };
}
