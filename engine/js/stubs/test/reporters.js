/** node:test/reporters, which a function cannot have. */
import { stubsOf } from '../../internal/node/stub.js';

const { fails } = stubsOf('test/reporters', 'tests run outside of functions');

const dot = fails('dot');
const junit = fails('junit');
const spec = fails('spec');
const tap = fails('tap');

const lcov = {
  write: fails('lcov.write'), cork: fails('lcov.cork'), uncork: fails('lcov.uncork'),
  setDefaultEncoding: fails('lcov.setDefaultEncoding'), end: fails('lcov.end'), destroy: fails('lcov.destroy'),
  push: fails('lcov.push'), unshift: fails('lcov.unshift'), isPaused: fails('lcov.isPaused'),
  setEncoding: fails('lcov.setEncoding'), read: fails('lcov.read'), pipe: fails('lcov.pipe'), unpipe: fails('lcov.unpipe'),
  on: fails('lcov.on'), addListener: fails('lcov.addListener'), removeListener: fails('lcov.removeListener'),
  off: fails('lcov.off'), removeAllListeners: fails('lcov.removeAllListeners'), resume: fails('lcov.resume'),
  pause: fails('lcov.pause'), wrap: fails('lcov.wrap'), iterator: fails('lcov.iterator'),
  asIndexedPairs: fails('lcov.asIndexedPairs'), drop: fails('lcov.drop'), filter: fails('lcov.filter'),
  flatMap: fails('lcov.flatMap'), map: fails('lcov.map'), take: fails('lcov.take'), compose: fails('lcov.compose'),
  every: fails('lcov.every'), forEach: fails('lcov.forEach'), reduce: fails('lcov.reduce'), toArray: fails('lcov.toArray'),
  some: fails('lcov.some'), find: fails('lcov.find'), eventNames: fails('lcov.eventNames'),
  setMaxListeners: fails('lcov.setMaxListeners'), getMaxListeners: fails('lcov.getMaxListeners'), emit: fails('lcov.emit'),
  prependListener: fails('lcov.prependListener'), once: fails('lcov.once'),
  prependOnceListener: fails('lcov.prependOnceListener'), listeners: fails('lcov.listeners'),
  rawListeners: fails('lcov.rawListeners'), listenerCount: fails('lcov.listenerCount'),
};

export {
  dot, junit, spec, tap, lcov,
};
export default {
  dot, junit, spec, tap, lcov,
};
