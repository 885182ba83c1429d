/** node:inspector/promises, which a function cannot have. */
import { stubsOf } from '../../internal/node/stub.js';

const { fails, rejects } = stubsOf('inspector/promises', 'a function cannot be debugged from within');

const open = rejects('open');
const close = rejects('close');
const url = rejects('url');
const waitForDebugger = rejects('waitForDebugger');
const Session = fails('Session');

const console = {
  debug: fails('console.debug'), error: fails('console.error'), info: fails('console.info'), log: fails('console.log'),
  warn: fails('console.warn'), dir: fails('console.dir'), dirxml: fails('console.dirxml'), table: fails('console.table'),
  trace: fails('console.trace'), group: fails('console.group'), groupCollapsed: fails('console.groupCollapsed'),
  groupEnd: fails('console.groupEnd'), clear: fails('console.clear'), count: fails('console.count'),
  countReset: fails('console.countReset'), assert: fails('console.assert'), profile: fails('console.profile'),
  profileEnd: fails('console.profileEnd'), time: fails('console.time'), timeLog: fails('console.timeLog'),
  timeEnd: fails('console.timeEnd'), timeStamp: fails('console.timeStamp'), context: fails('console.context'),
};
const Network = {
  requestWillBeSent: fails('Network.requestWillBeSent'), responseReceived: fails('Network.responseReceived'),
  loadingFinished: fails('Network.loadingFinished'), loadingFailed: fails('Network.loadingFailed'),
};

export {
  open, close, url, waitForDebugger, console, Session, Network,
};
export default {
  open, close, url, waitForDebugger, console, Session, Network,
};
