/** node:sea, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('sea', 'a function is no executable');

const isSea = fails('isSea');
const getAsset = fails('getAsset');
const getAssetAsBlob = fails('getAssetAsBlob');
const getRawAsset = fails('getRawAsset');

export {
  isSea, getAsset, getAssetAsBlob, getRawAsset,
};
export default {
  isSea, getAsset, getAssetAsBlob, getRawAsset,
};
