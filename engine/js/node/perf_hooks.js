/** node:perf_hooks: the clock. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('perf_hooks', 'use the global performance, and the figures of the server');

export const { performance, Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure } = globalThis;

/** Nothing but this function has run. */
function eventLoopUtilization() {
  return { idle: 0, active: 0, utilization: 0 };
}

for (const [name, value] of Object.entries({
  eventLoopUtilization,
  nodeTiming: { name: 'node', entryType: 'node', startTime: 0, duration: 0 },
  timerify: (callback) => callback,
})) {
  if (!(name in performance)) Object.defineProperty(performance, name, { value, writable: true, configurable: true });
}

export const PerformanceObserver = globalThis.PerformanceObserver ?? fails('PerformanceObserver');
export const PerformanceObserverEntryList = globalThis.PerformanceObserverEntryList ?? fails('PerformanceObserverEntryList');
export const PerformanceResourceTiming = fails('PerformanceResourceTiming');
export const createHistogram = fails('createHistogram');
export const monitorEventLoopDelay = fails('monitorEventLoopDelay');
export { eventLoopUtilization };
export const constants = { __proto__: null, NODE_PERFORMANCE_GC_MAJOR: 4, NODE_PERFORMANCE_GC_MINOR: 1 };

export default {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
  PerformanceResourceTiming, constants, createHistogram, eventLoopUtilization, monitorEventLoopDelay, performance,
};
