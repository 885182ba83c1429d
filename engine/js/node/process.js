/** node:process, the global `process`. */
import { process } from '../internal/node/process.js';

export default process;
export const {
  allowedNodeEnvironmentFlags, arch, argv, argv0, availableMemory, config, constrainedMemory, cpuUsage, cwd, emitWarning, env, execArgv,
  execPath, exit, features, getBuiltinModule, hrtime, kill, memoryUsage, nextTick, pid, platform, ppid, release, resourceUsage, stderr,
  stdin, stdout, title, umask, uptime, version, versions, abort, chdir, exitCode, loadEnvFile, reallyExit,
} = process;
/** Those of an emitter. */
export const on = (...args) => process.on(...args);
export const once = (...args) => process.once(...args);
export const off = (...args) => process.off(...args);
export const emit = (...args) => process.emit(...args);
export const addListener = (...args) => process.addListener(...args);
export const removeListener = (...args) => process.removeListener(...args);
export const removeAllListeners = (...args) => process.removeAllListeners(...args);
export const listeners = (...args) => process.listeners(...args);
export const listenerCount = (...args) => process.listenerCount(...args);
