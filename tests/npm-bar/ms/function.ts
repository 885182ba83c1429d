import ms from "npm:ms@2.1.3";

export default () =>
  Response.json([ms("2 days"), ms("1.5h"), ms("-3 min"), ms("1y"), ms(60_000), ms(2 * 3_600_000, { long: true }), ms("100")]);
