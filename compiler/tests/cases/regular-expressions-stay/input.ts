const all = [
  /[a-z]+/gi, /(?<year>\d{4})-\k<year>/u, /(?<=a)b(?!c)/s, /^[\p{L}\-]/u, /[\w.\-]/v, /\p{Emoji}/v, /[/"'`\]]/,
  /(a|b)(c)/y, /a{,5}[\b]\c/, /(?=a)*/,
];
if (all) /re/.test("x");
const divided = 4 / 2 / 1;
