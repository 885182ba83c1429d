/** node:console: the global `console`, and consoles that write to streams. */
import { requireBuiltin } from '../internal/node/require.js';

const { console: globalConsole } = globalThis;

/** Methods by the stream that they write to. */
const OUT = ['debug', 'info', 'log'];
const ERR = ['error', 'trace', 'warn'];

export class Console {
  constructor(stdout, stderr = stdout) {
    const streams = typeof stdout?.write === 'function' ? { stdout, stderr } : { stderr: stdout?.stdout, ...stdout };
    if (typeof streams.stdout?.write !== 'function') {
      throw new (requireBuiltin('internal/errors').codes.ERR_CONSOLE_WRITABLE_STREAM)('stdout');
    }
    const { format } = requireBuiltin('internal/util/inspect');
    let indent = '';
    const writer = (stream) => (...args) => {
      stream.write(`${indent}${format(...args).replaceAll('\n', `\n${indent}`)}\n`);
    };
    for (const name of OUT) this[name] = writer(streams.stdout);
    for (const name of ERR) this[name] = writer(streams.stderr ?? streams.stdout);
    this.dir = (value, options) => this.log(requireBuiltin('internal/util/inspect').inspect(value, { customInspect: false, ...options }));
    this.assert = (condition, ...args) => {
      if (!condition) this.error('Assertion failed', ...args);
    };
    this.group = (...args) => {
      if (args.length > 0) this.log(...args);
      indent += '  ';
    };
    this.groupEnd = () => {
      indent = indent.slice(2);
    };
  }
}

Object.defineProperty(globalConsole, 'Console', { value: Console, writable: true, configurable: true });

export const {
  assert, clear, count, countReset, debug, dir, dirxml, error, group, groupCollapsed, groupEnd, info, log, table, time, timeEnd, timeLog,
  trace, warn,
} = globalConsole;
export default globalConsole;
