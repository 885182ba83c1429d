/** node:child_process, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('child_process', 'a function cannot start processes');

const _forkChild = fails('_forkChild');
const ChildProcess = fails('ChildProcess');
const exec = fails('exec');
const execFile = fails('execFile');
const execFileSync = fails('execFileSync');
const execSync = fails('execSync');
const fork = fails('fork');
const spawn = fails('spawn');
const spawnSync = fails('spawnSync');

export {
  _forkChild, ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync,
};
export default {
  _forkChild, ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync,
};
