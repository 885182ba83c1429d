import validator from "npm:validator@13.15.35";

export default () =>
  Response.json({
    email: [validator.isEmail("a+b@example.org"), validator.isEmail("a@b")],
    url: [validator.isURL("https://example.org/x?y"), validator.isURL("javascript:alert(1)")],
    card: validator.isCreditCard("4242 4242 4242 4242"),
    iban: validator.isIBAN("DE89370400440532013000"),
    phone: validator.isMobilePhone("+14155552671", "en-US"),
    uuid: validator.isUUID("8c0a58a1-9b3f-4b06-9e4c-6b9a3ab0f1de", 4),
    date: validator.isISO8601("2026-02-30", { strict: true }),
    escaped: validator.escape("<a href='x'>"),
    normalized: validator.normalizeEmail("Some.Name+tag@GMAIL.com"),
    strong: validator.isStrongPassword("aB3$efgh"),
  });
