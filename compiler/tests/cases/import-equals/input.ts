import fs = require("fs");
console.log(fs);
export = fs;
