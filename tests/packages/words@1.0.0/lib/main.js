"use strict";
const data = require("./data.json");
let native = true;
try {
  require("@fixture/native");
} catch {
  native = false;
}
exports.hello = data.hello;
exports.native = native;
