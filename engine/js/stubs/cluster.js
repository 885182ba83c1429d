/** node:cluster, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('cluster', 'a function cannot start processes');

const Worker = fails('Worker');
const setupPrimary = fails('setupPrimary');
const setupMaster = fails('setupMaster');
const fork = fails('fork');
const disconnect = fails('disconnect');

const _events = {};
const _eventsCount = 0;
const _maxListeners = undefined;
const isWorker = false;
const isMaster = true;
const isPrimary = true;
const workers = {};
const settings = {};
const SCHED_NONE = 1;
const SCHED_RR = 2;
const schedulingPolicy = 2;

export {
  _events, _eventsCount, _maxListeners, isWorker, isMaster, isPrimary, Worker, workers, settings, SCHED_NONE,
  SCHED_RR, schedulingPolicy, setupPrimary, setupMaster, fork, disconnect,
};
export default {
  _events, _eventsCount, _maxListeners, isWorker, isMaster, isPrimary, Worker, workers, settings, SCHED_NONE,
  SCHED_RR, schedulingPolicy, setupPrimary, setupMaster, fork, disconnect,
};
