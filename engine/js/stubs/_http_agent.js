/** node:_http_agent, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_http_agent', 'a function has no sockets; use fetch');

const Agent = fails('Agent');

const globalAgent = {
  createConnection: fails('globalAgent.createConnection'), getName: fails('globalAgent.getName'),
  addRequest: fails('globalAgent.addRequest'), createSocket: fails('globalAgent.createSocket'),
  removeSocket: fails('globalAgent.removeSocket'), keepSocketAlive: fails('globalAgent.keepSocketAlive'),
  reuseSocket: fails('globalAgent.reuseSocket'), destroy: fails('globalAgent.destroy'),
  setMaxListeners: fails('globalAgent.setMaxListeners'), getMaxListeners: fails('globalAgent.getMaxListeners'),
  emit: fails('globalAgent.emit'), addListener: fails('globalAgent.addListener'), on: fails('globalAgent.on'),
  prependListener: fails('globalAgent.prependListener'), once: fails('globalAgent.once'),
  prependOnceListener: fails('globalAgent.prependOnceListener'), removeListener: fails('globalAgent.removeListener'),
  off: fails('globalAgent.off'), removeAllListeners: fails('globalAgent.removeAllListeners'),
  listeners: fails('globalAgent.listeners'), rawListeners: fails('globalAgent.rawListeners'),
  listenerCount: fails('globalAgent.listenerCount'), eventNames: fails('globalAgent.eventNames'),
};

export {
  Agent, globalAgent,
};
export default {
  Agent, globalAgent,
};
