'use strict';
const { helper } = require('./lib/helper');
const { createHash } = require('crypto');
const path = require('node:path');

exports.handler = async function (request) {
  const { a } = await request.json();
  const sha1 = createHash('sha1').update('x').digest('hex');
  return Response.json({ helped: helper(a), sha1, path: path.join('a', '..', 'b'), data: require('./data.json').n });
};
