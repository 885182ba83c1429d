/** node:os: the machine, of which a function sees nothing. */
import { memorySize, monotonicNow } from 'native';
import { constants } from '../internal/node/os-constants.js';

export { constants };
export const EOL = '\n';
export const devNull = '/dev/null';

const MEMORY = 128 * 1024 * 1024;

export const arch = () => 'wasm32';
export const availableParallelism = () => 1;
export const cpus = () => [{ model: 'wasm32', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }];
export const endianness = () => 'LE';
export const freemem = () => Math.max(0, MEMORY - memorySize());
export const getPriority = () => 0;
export const homedir = () => '/';
export const hostname = () => 'localhost';
export const loadavg = () => [0, 0, 0];
export const machine = () => 'wasm32';
export const networkInterfaces = () => ({});
export const platform = () => 'linux';
export const release = () => '';
export function setPriority() {
  throw new Error('os.setPriority is not available in Ramekin: a function is no process of its own');
}
export const tmpdir = () => '/tmp';
export const totalmem = () => MEMORY;
export const type = () => 'Linux';
export const uptime = () => monotonicNow() / 1000;
export const userInfo = () => ({ uid: 1000, gid: 1000, username: 'function', homedir: '/', shell: null });
export const version = () => '';

for (const read of [arch, availableParallelism, endianness, freemem, homedir, hostname, machine, platform, release, tmpdir, totalmem, type, uptime, version]) {
  read[Symbol.toPrimitive] = () => read();
}

export default {
  EOL, arch, availableParallelism, constants, cpus, devNull, endianness, freemem, getPriority, homedir, hostname, loadavg, machine,
  networkInterfaces, platform, release, setPriority, tmpdir, totalmem, type, uptime, userInfo, version,
};
