/** node:diagnostics_channel: what is told to whoever listens. */
import { requireBuiltin } from '../internal/node/require.js';

const module = requireBuiltin('diagnostics_channel');

export default module;
export const {
  channel, hasSubscribers, subscribe, tracingChannel, unsubscribe, Channel,
} = module;
