import { DateTime, Duration, Interval, Settings } from "npm:luxon@3.7.2";

Settings.defaultZone = "utc";

export default () => {
  const start = DateTime.fromISO("2026-03-28T12:00:00", { zone: "Europe/Berlin" });
  return Response.json({
    iso: start.toISO(),
    overTheChange: start.plus({ days: 1 }).toISO(),
    hours: start.plus({ days: 1 }).diff(start, "hours").hours,
    losAngeles: start.setZone("America/Los_Angeles").toFormat("yyyy-MM-dd HH:mm ZZZZ"),
    locale: start.toLocaleString(DateTime.DATETIME_FULL),
    short: start.toLocaleString({ month: "short", day: "numeric" }),
    parsed: DateTime.fromFormat("May 25 1982", "LLLL dd yyyy").toISODate(),
    http: DateTime.fromHTTP("Sun, 06 Nov 1994 08:49:37 GMT").toMillis(),
    duration: Duration.fromISO("P1Y2M10DT2H30M").toObject(),
    human: Duration.fromObject({ hours: 2, minutes: 5 }).toHuman(),
    interval: Interval.fromDateTimes(start, start.plus({ weeks: 1 })).splitBy({ days: 1 }).length,
    invalid: DateTime.fromISO("2026-02-30").invalidReason,
    relative: start.toRelative({ base: start.minus({ days: 3 }) }),
    weekday: start.weekdayLong,
  });
};
