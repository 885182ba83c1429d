const NAMES = [
  'AbortController', 'AbortSignal', 'Blob', 'CustomEvent', 'DOMException', 'Deno', 'Event', 'EventTarget', 'File', 'FormData', 'Headers',
  'ReadableStream', 'Request', 'Response', 'TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream', 'TransformStream',
  'URL', 'URLSearchParams', 'WritableStream', 'atob', 'btoa', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'fetch', 'globalThis',
  'navigator', 'performance', 'queueMicrotask', 'reportError', 'self', 'setInterval', 'setTimeout', 'structuredClone',
];

export function handler(request: Request): Response {
  const exception = new DOMException('m', 'DataCloneError');
  return Response.json({
    missing: NAMES.filter((name) => !(name in globalThis)),
    tag: Object.prototype.toString.call(request),
    self: globalThis.self === globalThis,
    enumerable: ['Request', 'Response', 'URL', 'console'].filter((name) => Object.keys(globalThis).includes(name)),
    error: new Error('a', { cause: 'b' }).cause === 'b',
    exception: [exception.name, exception.code, exception instanceof Error],
  });
}
