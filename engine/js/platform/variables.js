/**
 * Environment variables as a function sees them: the host's, and over them what it has set and deleted itself. `Deno.env` and
 * `process.env` show the same.
 */
import { envEntries, envGet } from 'native';

/** Over the host's variables; undefined stands for deleted. @type {Map<string, string | undefined>} */
const overlay = new Map();

/** @param {string} name @returns {string | undefined} */
export function variable(name) {
  return overlay.has(name) ? overlay.get(name) : envGet(name);
}

/** @param {string} name @param {string | undefined} value */
export function setVariable(name, value) {
  overlay.set(name, value);
}

/** All of them. @returns {[string, string][]} */
export function variables() {
  return [...new Map([...envEntries(), ...overlay])].filter(([, value]) => value !== undefined);
}
