/** node:v8, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('v8', 'the engine is QuickJS; use structuredClone and JSON');

const cachedDataVersionTag = fails('cachedDataVersionTag');
const getHeapSnapshot = fails('getHeapSnapshot');
const getHeapStatistics = fails('getHeapStatistics');
const getHeapSpaceStatistics = fails('getHeapSpaceStatistics');
const getHeapCodeStatistics = fails('getHeapCodeStatistics');
const setFlagsFromString = fails('setFlagsFromString');
const Serializer = fails('Serializer');
const Deserializer = fails('Deserializer');
const DefaultSerializer = fails('DefaultSerializer');
const DefaultDeserializer = fails('DefaultDeserializer');
const deserialize = fails('deserialize');
const takeCoverage = fails('takeCoverage');
const stopCoverage = fails('stopCoverage');
const serialize = fails('serialize');
const writeHeapSnapshot = fails('writeHeapSnapshot');
const queryObjects = fails('queryObjects');
const setHeapSnapshotNearHeapLimit = fails('setHeapSnapshotNearHeapLimit');
const GCProfiler = fails('GCProfiler');

const promiseHooks = {
  createHook: fails('promiseHooks.createHook'), onInit: fails('promiseHooks.onInit'),
  onBefore: fails('promiseHooks.onBefore'), onAfter: fails('promiseHooks.onAfter'),
  onSettled: fails('promiseHooks.onSettled'),
};
const startupSnapshot = {
  addDeserializeCallback: fails('startupSnapshot.addDeserializeCallback'),
  addSerializeCallback: fails('startupSnapshot.addSerializeCallback'),
  setDeserializeMainFunction: fails('startupSnapshot.setDeserializeMainFunction'),
  isBuildingSnapshot: fails('startupSnapshot.isBuildingSnapshot'),
};

export {
  cachedDataVersionTag, getHeapSnapshot, getHeapStatistics, getHeapSpaceStatistics, getHeapCodeStatistics,
  setFlagsFromString, Serializer, Deserializer, DefaultSerializer, DefaultDeserializer, deserialize, takeCoverage,
  stopCoverage, serialize, writeHeapSnapshot, promiseHooks, queryObjects, startupSnapshot, setHeapSnapshotNearHeapLimit,
  GCProfiler,
};
export default {
  cachedDataVersionTag, getHeapSnapshot, getHeapStatistics, getHeapSpaceStatistics, getHeapCodeStatistics,
  setFlagsFromString, Serializer, Deserializer, DefaultSerializer, DefaultDeserializer, deserialize, takeCoverage,
  stopCoverage, serialize, writeHeapSnapshot, promiseHooks, queryObjects, startupSnapshot, setHeapSnapshotNearHeapLimit,
  GCProfiler,
};
