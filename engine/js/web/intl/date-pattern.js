/** The order and the marks of the fields of a date in American English. */

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** @type {Record<string, [string, string]>} */
const ERAS = { long: ['Anno Domini', 'Before Christ'], short: ['AD', 'BC'], narrow: ['A', 'B'] };

/** @typedef {{ type: string, value: string }} Part */

/**
 * @typedef {object} Fields
 * @property {number} year
 * @property {number} month from 0
 * @property {number} day
 * @property {number} weekday from Sunday
 * @property {number} hour
 * @property {number} minute
 * @property {number} second
 * @property {number} millisecond
 */

/** @param {string} name @param {string} style */
function shortened(name, style) {
  if (style === 'long') return name;
  return name.slice(0, style === 'narrow' ? 1 : 3);
}

/** @param {number} number @param {string} style */
function padded(number, style) {
  return style === '2-digit' ? `${number % 100}`.padStart(2, '0') : `${number}`;
}

/** @param {string} value @returns {Part} */
const literal = (value) => ({ type: 'literal', value });

/** Lists joined, each with what stands before it unless it is the first. @param {[string, Part[]][]} lists @returns {Part[]} */
function joinLists(lists) {
  /** @type {Part[]} */
  const all = [];
  for (const [before, parts] of lists) {
    if (parts.length === 0) continue;
    if (all.length > 0 && before !== '') all.push(literal(before));
    all.push(...parts);
  }
  return all;
}

/** @param {Fields} fields @param {any} wanted @returns {Part[]} */
function dateParts(fields, { weekday, era, year, month, day }) {
  const past = fields.year <= 0;
  const one = (/** @type {any} */ style, /** @type {string} */ type, /** @type {() => string} */ text) => (style === undefined ? [] : [{ type, value: text() }]);
  const weekdays = one(weekday, 'weekday', () => shortened(DAYS[fields.weekday], weekday));
  const eras = one(era, 'era', () => ERAS[era][past ? 1 : 0]);
  const years = one(year, 'year', () => padded(past ? 1 - fields.year : fields.year, year));
  const days = one(day, 'day', () => padded(fields.day, day));
  const inWords = month !== undefined && month !== 'numeric' && month !== '2-digit';
  const months = one(month, 'month', () => (inWords ? shortened(MONTHS[fields.month], month) : padded(fields.month + 1, month)));
  /** @type {Part[]} */
  let parts;
  if (month === undefined) {
    const odd = years.length > 0 && days.length > 0 ? [literal('(day: '), ...days, literal(')')] : days;
    parts = joinLists([['', years], [' ', odd], [' ', eras], [' ', weekdays]]);
    return parts;
  }
  if (inWords) parts = joinLists([['', months], [' ', days], [days.length > 0 ? ', ' : ' ', years]]);
  else parts = joinLists([['', months], ['/', days], ['/', years]]);
  parts = joinLists([['', parts], [' ', eras]]);
  return days.length > 0 ? joinLists([['', weekdays], [', ', parts]]) : joinLists([['', parts], [' ', weekdays]]);
}

/** @param {Fields} fields @param {any} wanted @returns {Part[]} */
function timeParts(fields, { hour, minute, second, fractionalSecondDigits, dayPeriod, hourCycle }) {
  /** @type {Part[]} */
  let parts = [];
  const short = hourCycle === 'h12' || hourCycle === 'h11';
  if (hour !== undefined) parts.push({ type: 'hour', value: hourText(fields.hour, hour, hourCycle) });
  const among = [hour, minute, second].filter((style) => style !== undefined).length > 1 || fractionalSecondDigits !== undefined && minute !== undefined;
  if (minute !== undefined) parts = joinLists([['', parts], [':', [{ type: 'minute', value: padded(fields.minute, among ? '2-digit' : 'numeric') }]]]);
  if (second !== undefined) {
    parts = joinLists([['', parts], [':', [{ type: 'second', value: padded(fields.second, among ? '2-digit' : 'numeric') }]]]);
  }
  if (fractionalSecondDigits !== undefined) {
    const digits = `${fields.millisecond}`.padStart(3, '0').slice(0, fractionalSecondDigits);
    parts = joinLists([['', parts], ['.', [{ type: 'fractionalSecond', value: digits }]]]);
  }
  const period = dayPeriod !== undefined && (hour === undefined || short) ? dayPeriodText(fields, minute) : fields.hour < 12 ? 'AM' : 'PM';
  if ((hour !== undefined && short) || (hour === undefined && dayPeriod !== undefined)) {
    parts = joinLists([['', parts], [' ', [{ type: 'dayPeriod', value: period }]]]);
  }
  return parts;
}

/** @param {number} hour @param {string} style @param {string} cycle */
function hourText(hour, style, cycle) {
  switch (cycle) {
    case 'h11': return padded(hour % 12, style);
    case 'h23': return padded(hour, '2-digit');
    case 'h24': return padded(hour === 0 ? 24 : hour, '2-digit');
    default: return padded(hour % 12 || 12, style);
  }
}

/** @param {Fields} fields @param {any} minute whether it is shown */
function dayPeriodText({ hour, minute: minutes, second }, minute) {
  if (hour === 12 && (minute === undefined || (minutes === 0 && second === 0))) return 'noon';
  if (hour >= 6 && hour < 12) return 'in the morning';
  if (hour >= 12 && hour < 18) return 'in the afternoon';
  return hour >= 18 && hour < 21 ? 'in the evening' : 'at night';
}

/**
 * @param {Fields} fields
 * @param {any} wanted the style of each field that is shown
 * @param {string | undefined} zone the name of the time zone, if it is shown
 * @returns {Part[]}
 */
export function dateTimeParts(fields, wanted, zone) {
  const date = dateParts(fields, wanted);
  const time = timeParts(fields, wanted);
  const zones = zone === undefined ? [] : [{ type: 'timeZoneName', value: zone }];
  if (time.length === 0) return joinLists([['', date], [', ', zones]]);
  return joinLists([['', date], [between(wanted), joinLists([['', time], [' ', zones]])]]);
}

/** What stands between date and time. @param {any} wanted */
export function between({ weekday, year, month, day, era, joiner }) {
  if (joiner !== undefined) return joiner;
  if (weekday !== undefined && year === undefined && month === undefined && day === undefined && era === undefined) return ' ';
  return month === 'long' ? ' at ' : ', ';
}
