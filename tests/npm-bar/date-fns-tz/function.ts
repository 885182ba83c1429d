import { formatInTimeZone, fromZonedTime, getTimezoneOffset, toZonedTime } from "npm:date-fns-tz@3.2.0";

export default () => {
  const summer = new Date("2026-07-01T12:00:00Z");
  return Response.json({
    berlin: formatInTimeZone(summer, "Europe/Berlin", "yyyy-MM-dd HH:mm:ssXXX zzz"),
    newYork: formatInTimeZone(new Date("2026-01-01T02:30:00Z"), "America/New_York", "yyyy-MM-dd HH:mm zzzz"),
    fromZone: fromZonedTime("2026-07-01 09:00", "Asia/Tokyo").toISOString(),
    zoned: toZonedTime(summer, "Asia/Kolkata").toISOString(),
    offset: getTimezoneOffset("Europe/London", summer) / 60_000,
  });
};
