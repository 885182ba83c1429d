/** HKDF and PBKDF2: bits from a secret that is not a key itself. */

import { hkdf } from 'native:crypto';
import { Refused, work } from '../../internal/work.js';
import { checkUsages, failure, makeKey, notSupported, operationError } from './key.js';
import { hashName } from './symmetric.js';

/** @param {string} name @param {Function} deriveBits */
const derivation = (name, deriveBits) => ({
  importKey(format, data, _, extractable, usages) {
    if (format !== 'raw') throw notSupported(`a secret for ${name} cannot be imported as '${format}'`);
    checkUsages(usages, ['deriveKey', 'deriveBits']);
    if (extractable) throw failure('SyntaxError', `a secret for ${name} must not be extractable`);
    return makeKey('secret', false, { name }, usages, data);
  },
  getKeyLength: () => null,
  deriveBits(parameters, key, length) {
    if (length === null || length % 8 !== 0) throw operationError(`${name}: the length must be a multiple of 8`);
    return length === 0 ? new Uint8Array(0) : deriveBits(parameters, key.material, length / 8);
  },
});

export const derivations = {
  HKDF: derivation('HKDF', ({ hash, salt, info }, secret, length) => {
    const bits = hkdf(hashName(hash.name), secret, salt, info, length);
    if (bits === undefined) throw operationError('HKDF: no more than 255 times the length of the hash can be derived');
    return bits;
  }),
  PBKDF2: {
    ...derivation('PBKDF2', async ({ hash, salt, iterations }, password, length) => {
      try {
        return await work('pbkdf2', { hash: hashName(hash.name), password, salt, iterations, length });
      } catch (error) {
        throw error instanceof Refused ? operationError(error.message) : error;
      }
    }),
  },
};

const { deriveBits } = derivations.PBKDF2;
derivations.PBKDF2.deriveBits = (parameters, key, length) => {
  if (parameters.iterations === 0) throw operationError("PBKDF2: 'iterations' must not be 0");
  return deriveBits(parameters, key, length);
};
