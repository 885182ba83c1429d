import { CronExpressionParser } from "npm:cron-parser@5.10.6";

export default () => {
  const cron = CronExpressionParser.parse("0 9 * * 1-5", { currentDate: "2026-03-27T12:00:00Z", tz: "Europe/Berlin" });
  let wrong = "";
  try {
    CronExpressionParser.parse("61 * * * *");
  } catch (error) {
    wrong = (error as Error).message;
  }
  return Response.json({ next: cron.take(2).map((date) => date.toISOString()), before: cron.prev().toISOString(), wrong: wrong !== "" });
};
