/**
 * Events under one name, with what comes with them: the global object is an `EventTarget`, and errors that nobody caught
 * are events at it.
 */

export { Event, EventTarget } from './event-target.js';
export { CustomEvent, ErrorEvent, MessageEvent, PromiseRejectionEvent } from './event-kinds.js';
export { reportError } from './report.js';
