/** Time zones: their offsets, which the host knows, and their names in American English. */

import { zoneName, zoneOffset } from 'native';
import { ZONE_NAMES } from './zone-names.js';

const OFFSET = /^([+-])(\d\d)(?::?(\d\d))?$/;
const UTC_NAMES = /^(?:etc\/)?(?:utc|gmt|uct|universal|zulu|greenwich|gmt0|gmt[+-]0)$/i;

/**
 * @typedef {object} Zone
 * @property {string} name as `resolvedOptions` shows it
 * @property {number | undefined} fixed minutes east of Greenwich, for a zone that is an offset
 */

/** @param {string} given @returns {Zone} */
export function findZone(given) {
  const offset = OFFSET.exec(given);
  if (offset !== null) {
    const [, sign, hours, minutes = '00'] = offset;
    const total = Number(hours) * 60 + Number(minutes);
    if (Number(hours) < 24 && Number(minutes) < 60) {
      return { name: `${total === 0 ? '+' : sign}${hours}:${minutes}`, fixed: sign === '-' ? -total : total };
    }
  } else if (UTC_NAMES.test(given)) {
    return { name: 'UTC', fixed: 0 };
  } else {
    const name = zoneName(given);
    if (name !== undefined) return { name, fixed: undefined };
  }
  throw new RangeError(`Invalid time zone specified: ${given}`);
}

/** Seconds east of Greenwich, and whether it is summer time. @param {Zone} zone @param {number} time @returns {[number, boolean]} */
export function offsetAt(zone, time) {
  return zone.fixed === undefined ? zoneOffset(zone.name, time) : [zone.fixed * 60, false];
}

/** @param {Zone} zone @param {number} seconds @param {boolean} summer @param {string} style of `timeZoneName` */
export function zoneText(zone, seconds, summer, style) {
  if (style === 'shortOffset') return offsetText(seconds, false);
  if (style === 'longOffset') return offsetText(seconds, true);
  const long = style.startsWith('long');
  if (zone.name === 'UTC') return long ? 'Coordinated Universal Time' : style === 'short' ? 'UTC' : 'GMT';
  const column = (style.endsWith('Generic') ? 4 : summer ? 2 : 0) + (long ? 0 : 1);
  const line = zone.fixed === undefined ? ZONE_NAMES.find(([, zones]) => zones.split(' ').includes(zone.name)) : undefined;
  return line?.[0].split('|')[column] || offsetText(seconds, long);
}

/** @param {number} seconds @param {boolean} long */
function offsetText(seconds, long) {
  if (seconds === 0) return 'GMT';
  const minutes = Math.abs(Math.trunc(seconds / 60));
  const hours = `${Math.floor(minutes / 60)}`;
  const rest = minutes % 60;
  const end = rest === 0 && !long ? '' : `:${`${rest}`.padStart(2, '0')}`;
  return `GMT${seconds < 0 ? '-' : '+'}${long ? hours.padStart(2, '0') : hours}${end}`;
}
