/** node:trace_events, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('trace_events', 'a function cannot be debugged from within');

const createTracing = fails('createTracing');
const getEnabledCategories = fails('getEnabledCategories');

export {
  createTracing, getEnabledCategories,
};
export default {
  createTracing, getEnabledCategories,
};
