import parsePhoneNumber, { AsYouType, findPhoneNumbersInText, isValidPhoneNumber } from "npm:libphonenumber-js@1.13.16";

export default () => {
  const number = parsePhoneNumber(" 8 (800) 555-35-35 ", "RU")!;
  return Response.json({
    number: [number.country, number.number, number.formatNational(), number.formatInternational(), number.isValid()],
    typed: new AsYouType("US").input("2133734253"),
    valid: [isValidPhoneNumber("+4930123456"), isValidPhoneNumber("123", "US")],
    found: findPhoneNumbersInText("call +1 213 373 4253 now", "US").map(({ number }) => number.number),
  });
};
