/**
 * Everything about events under one name: the DOM's events and targets, abort signals, and the reporting of errors that
 * nobody caught.
 */

export { Event, EventTarget, defineEventHandler, fire, hasListeners } from './event-target.js';
export { CustomEvent, ErrorEvent, MessageEvent, PromiseRejectionEvent } from './event-kinds.js';
export {
  AbortController, AbortSignal, addAbortAlgorithm, createSignal, isSignal, removeAbortAlgorithm, signalAbort,
} from './abort.js';
export {
  installGlobalEventTarget, logUncaught, reportError, reportRejectionHandled, reportUnhandledRejection, setUncaughtHandler,
} from './report.js';
