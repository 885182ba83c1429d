const NAMES = [
  'AbortController', 'AbortSignal', 'Atomics', 'Blob', 'CloseEvent', 'CustomEvent', 'DOMException', 'Deno', 'Event', 'EventSource', 'EventTarget', 'File',
  'FileReader', 'FormData', 'Headers', 'Intl', 'MessageChannel', 'MessagePort', 'ProgressEvent', 'ReadableStream', 'Request', 'Response',
  'TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream', 'TransformStream', 'URL', 'URLPattern', 'URLSearchParams',
  'WebAssembly', 'WebSocket', 'WritableStream', 'atob', 'btoa', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'fetch', 'globalThis',
  'navigator', 'performance', 'queueMicrotask', 'reportError', 'self', 'setInterval', 'setTimeout', 'structuredClone',
];

export function handler(request: Request): Response {
  const exception = new DOMException('m', 'DataCloneError');
  return Response.json({
    missing: NAMES.filter((name) => !(name in globalThis)),
    tag: Object.prototype.toString.call(request),
    self: globalThis.self === globalThis,
    enumerable: ['Request', 'Response', 'URL', 'URLPattern', 'console'].filter((name) => Object.keys(globalThis).includes(name)),
    operations: ['fetch', 'setTimeout', 'structuredClone'].every((name) => Object.keys(globalThis).includes(name)),
    error: new Error('a', { cause: 'b' }).cause === 'b',
    exception: [exception.name, exception.code, exception instanceof Error],
  });
}
