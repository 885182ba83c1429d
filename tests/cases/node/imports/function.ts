import path from 'path';
import * as nodePath from 'node:path';
import posix from 'path/posix';
import { sep } from 'node:path/win32';
import { pipeline } from 'stream/promises';
import { createRequire, isBuiltin } from 'node:module';
import { EventEmitter, once } from 'events';
export { inspect } from 'node:util';

const require = createRequire(import.meta.url);

function unknown() {
  try {
    return require('lodash');
  } catch (error: any) {
    return error.code;
  }
}

export default async () => {
  const { basename } = await import('node:path');
  const name = 'node:' + 'util';
  return Response.json({
    join: path.join('a', 'x', '..', 'b'),
    same: path === nodePath.default && require('path') === path,
    dynamic: basename('/a/c'),
    required: require('node:path').basename('/a/d'),
    promises: typeof pipeline,
    named: typeof once === 'function' && new EventEmitter() instanceof EventEmitter,
    posix: posix.sep,
    sep,
    reexported: typeof (await import(name)).inspect,
    unknown: unknown(),
    builtin: [isBuiltin('fs'), isBuiltin('node:test'), isBuiltin('lodash')],
  });
};
