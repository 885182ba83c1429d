/** What `node:net` says of addresses. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]\\d|\\d)';
const V4 = `(?:${OCTET}\\.){3}${OCTET}`;
const GROUP = '[0-9a-fA-F]{1,4}';
const IPV4 = new RegExp(`^${V4}$`);
const IPV6 = new RegExp(
  `^(?:(?:${GROUP}:){7}(?:${GROUP}|:)`
  + `|(?:${GROUP}:){6}(?:${V4}|:${GROUP}|:)`
  + `|(?:${GROUP}:){5}(?::${V4}|(?::${GROUP}){1,2}|:)`
  + `|(?:${GROUP}:){4}(?:(?::${GROUP}){0,1}:${V4}|(?::${GROUP}){1,3}|:)`
  + `|(?:${GROUP}:){3}(?:(?::${GROUP}){0,2}:${V4}|(?::${GROUP}){1,4}|:)`
  + `|(?:${GROUP}:){2}(?:(?::${GROUP}){0,3}:${V4}|(?::${GROUP}){1,5}|:)`
  + `|(?:${GROUP}:){1}(?:(?::${GROUP}){0,4}:${V4}|(?::${GROUP}){1,6}|:)`
  + `|(?::(?:(?::${GROUP}){0,5}:${V4}|(?::${GROUP}){1,7}|:)))(?:%[0-9a-zA-Z-.:]{1,})?$`,
);

/** @param {unknown} text */
export function isIPv4(text) {
  return IPV4.test(`${text}`);
}

/** @param {unknown} text */
export function isIPv6(text) {
  return IPV6.test(`${text}`);
}

/** @param {unknown} text @returns {0 | 4 | 6} */
export function isIP(text) {
  return isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0;
}
