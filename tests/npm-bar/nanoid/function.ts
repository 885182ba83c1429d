import { customAlphabet, nanoid, urlAlphabet } from "npm:nanoid@6.0.2";

const digits = customAlphabet("0123456789", 12);

export default () => {
  const many = new Set(Array.from({ length: 1000 }, () => nanoid(10)));
  return Response.json({
    id: nanoid(),
    short: digits(),
    length: nanoid().length,
    numeric: /^\d{12}$/.test(digits()),
    distinct: many.size,
    alphabet: [...many].join("").split("").every((character) => urlAlphabet.includes(character)),
  });
};
