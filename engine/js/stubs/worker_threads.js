/** node:worker_threads: threads, which a function cannot have, and channels, which it can. */
import { stubsOf } from '../internal/node/stub.js';
import { MessageChannel, MessagePort } from '../web/message-channel.js';

const { fails } = stubsOf('worker_threads', 'a function has one thread; call other functions with ctx.invoke');

const markAsUntransferable = fails('markAsUntransferable');
const moveMessagePortToContext = fails('moveMessagePortToContext');
const receiveMessageOnPort = fails('receiveMessageOnPort');
const postMessageToThread = fails('postMessageToThread');
const Worker = fails('Worker');
const BroadcastChannel = fails('BroadcastChannel');
const setEnvironmentData = fails('setEnvironmentData');

const isMainThread = true;
const resourceLimits = {};
const threadId = 0;
const SHARE_ENV = Symbol.for('nodejs.worker_threads.SHARE_ENV');
const parentPort = null;
const workerData = null;
function getEnvironmentData() {}

export {
  isMainThread, MessagePort, MessageChannel, markAsUntransferable, moveMessagePortToContext, receiveMessageOnPort,
  resourceLimits, postMessageToThread, threadId, SHARE_ENV, Worker, parentPort, workerData, BroadcastChannel,
  setEnvironmentData, getEnvironmentData,
};
export default {
  isMainThread, MessagePort, MessageChannel, markAsUntransferable, moveMessagePortToContext,
  receiveMessageOnPort, resourceLimits, postMessageToThread, threadId, SHARE_ENV, Worker, parentPort, workerData,
  BroadcastChannel, setEnvironmentData, getEnvironmentData,
};
