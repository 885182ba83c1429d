import { generate, generateSecret, generateURI, verify } from "npm:otplib@13.5.0";

// The secret of RFC 6238, "12345678901234567890".
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

export default async () => {
  const token = await generate({ secret });
  const { valid } = await verify({ secret, token });
  const wrong = await verify({ secret, token: token === "000000" ? "000001" : "000000" });
  return Response.json({
    known: await generate({ secret, digits: 8, epoch: 59 }),
    hotp: await generate({ strategy: "hotp", secret, counter: 1 }),
    valid,
    wrong: wrong.valid,
    secret: /^[A-Z2-7]{32}$/.test(generateSecret()),
    uri: generateURI({ issuer: "Shop", label: "ada", secret }),
  });
};
