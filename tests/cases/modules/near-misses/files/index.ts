import { helper } from './lib/helper';
import other from './lib/Helpers';
import { createHash } from 'node:cryptoo';
import { readFile } from 'fs/promise';

export default () => new Response(String([helper, other, createHash, readFile]));
