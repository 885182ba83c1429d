/**
 * The parts of this half that not every function needs. Each is loaded when something first asks for it: at deploy as a
 * rule, where `main.js` finds out from the source what a function will ask for, otherwise in the call.
 */
import { loadModule } from 'native';

/** By path. What is loaded at deploy stands here in the call, where looking for it again would cost as much as a query. */
const loaded = { __proto__: null };

/** @param {string} path below `js/` @returns {any} the module's namespace */
export function load(path) {
  return (loaded[path] ??= loadModule(path));
}

/** @param {string} path @returns {() => any} */
function lazy(path) {
  return () => load(path);
}

export const abort = lazy('web/abort.js');
export const blob = lazy('web/blob.js');
export const blobUrl = lazy('web/blob-url.js');
export const cloning = lazy('web/structured-clone.js');
export const consoleTable = lazy('web/console-table.js');
export const database = lazy('platform/database.js');
export const dataUrl = lazy('web/data-url.js');
export const fetchEvent = lazy('platform/fetch-event.js');
export const formData = lazy('web/form-data.js');
export const format = lazy('web/format.js');
export const inspection = lazy('web/inspect.js');
export const invocation = lazy('platform/invoke.js');
export const mime = lazy('internal/mime.js');
export const ports = lazy('web/message-channel.js');
export const report = lazy('web/report.js');
export const streams = lazy('web/streams.js');
export const streamTransfer = lazy('web/stream-transfer.js');
export const subtle = lazy('web/subtle.js');
export const timers = lazy('web/timers.js');
export const toLocale = lazy('web/intl/to-locale.js');
export const url = lazy('web/url.js');
export const urlFile = lazy('web/url-file.js');
