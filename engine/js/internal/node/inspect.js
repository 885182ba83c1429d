/** `util.inspect` and `util.format`, over the engine's own inspector: it writes what Node's does, without colour. */
import { format as formats, inspection } from '../lazy.js';
import { inspectCustom } from '../../web/interfaces.js';

/** Codes of a terminal, which `util.styleText` writes. */
const COLORS = {
  __proto__: null,
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], blink: [5, 25], inverse: [7, 27], hidden: [8, 28],
  strikethrough: [9, 29], doubleunderline: [21, 24], black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39],
  magenta: [35, 39], cyan: [36, 39], white: [37, 39], bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49],
  bgBlue: [44, 49], bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49], framed: [51, 54], overlined: [53, 55], gray: [90, 39],
  redBright: [91, 39], greenBright: [92, 39], yellowBright: [93, 39], blueBright: [94, 39], magentaBright: [95, 39], cyanBright: [96, 39],
  whiteBright: [97, 39], bgGray: [100, 49], bgRedBright: [101, 49], bgGreenBright: [102, 49], bgYellowBright: [103, 49],
  bgBlueBright: [104, 49], bgMagentaBright: [105, 49], bgCyanBright: [106, 49], bgWhiteBright: [107, 49],
};
const ALIASES = {
  gray: ['grey', 'blackBright'], bgGray: ['bgGrey', 'bgBlackBright'], dim: ['faint'], strikethrough: ['crossedout', 'strikeThrough', 'crossedOut'],
  hidden: ['conceal'], inverse: ['swapColors', 'swapcolors'], doubleunderline: ['doubleUnderline'],
};
for (const [name, aliases] of Object.entries(ALIASES)) {
  for (const alias of aliases) Object.defineProperty(COLORS, alias, { value: COLORS[name], configurable: true, writable: true });
}

const STYLES = {
  __proto__: null,
  special: 'cyan', number: 'yellow', bigint: 'yellow', boolean: 'yellow', undefined: 'grey', null: 'bold', string: 'green',
  symbol: 'green', date: 'magenta', regexp: 'red', module: 'underline',
};

const defaults = {
  showHidden: false, depth: 2, colors: false, customInspect: true, showProxy: false, maxArrayLength: 100, maxStringLength: 10000,
  breakLength: 128, compact: 3, sorted: false, getters: false, numericSeparator: false,
};
/** What the function has set of them. */
const given = {};

/** @param {unknown} value @param {any} [options] @param {any} [depth] @param {any} [colors] */
function inspect(value, options = undefined, depth = undefined, colors = undefined) {
  let wanted = options;
  if (typeof options === 'boolean' || (options === undefined && depth !== undefined)) {
    wanted = { showHidden: options ?? false };
    if (depth !== undefined) wanted.depth = depth;
    if (colors !== undefined) wanted.colors = colors;
  }
  const full = Object.keys(given).length === 0 ? wanted : { ...given, ...wanted };
  return inspection().inspect(value, full);
}
inspect.custom = inspectCustom;
inspect.colors = COLORS;
inspect.styles = STYLES;

const CONTROLS = new RegExp(
  '[\\u001B\\u009B][[\\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\\d\\/\\#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/\\#&.:=?%@~_]*)*)?'
  + '(?:\\u0007|\\u001B\\u005C|\\u009C))|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))',
  'g',
);

/** The first run of the same entries in two lists: how long it is, and where it begins in the first. */
function identicalSequenceRange(a, b) {
  for (let at = 0; at < a.length - 3; at++) {
    const position = b.indexOf(a[at]);
    if (position === -1) continue;
    const rest = b.length - position;
    if (rest <= 3) continue;
    let length = 1;
    const most = Math.min(a.length - at, rest);
    while (length < most && a[at + length] === b[position + length]) length++;
    if (length > 3) return [length, at];
  }
  return [0, 0];
}

/** @param {(id: string) => any} require */
export function inspectModule(require) {
  Object.defineProperty(inspect, 'defaultOptions', {
    configurable: true,
    enumerable: true,
    get: () => ({ ...defaults, ...given }),
    set(options) {
      require('internal/validators').validateObject(options, 'options');
      Object.assign(given, options);
    },
  });
  const format = (...args) => formats().format(args);
  return {
    inspect,
    inspectDefaultOptions: defaults,
    format,
    formatWithOptions(options, ...args) {
      if (typeof options !== 'object' || options === null) {
        throw new (require('internal/errors').codes.ERR_INVALID_ARG_TYPE)('inspectOptions', 'object', options);
      }
      return format(...args);
    },
    identicalSequenceRange,
    getStringWidth: (text) => [...stripVTControlCharacters(text)].length,
    stripVTControlCharacters(text) {
      require('internal/validators').validateString(text, 'str');
      return stripVTControlCharacters(text);
    },
  };
}

function stripVTControlCharacters(text) {
  return text.replace(CONTROLS, '');
}
