/** node:events: emitters. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('events');

export default module;
export const {
  addAbortListener, once, on, getEventListeners, getMaxListeners, EventEmitter, usingDomains, captureRejectionSymbol,
  captureRejections, EventEmitterAsyncResource, errorMonitor, defaultMaxListeners, kMaxEventTargetListenersWarned,
  setMaxListeners, init, listenerCount,
} = module;
