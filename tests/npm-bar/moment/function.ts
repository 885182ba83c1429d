import moment from "npm:moment@2.31.0";
import "npm:moment@2.31.0/locale/de.js";

moment.locale("en");

export default () => {
  const day = moment.utc("2026-01-31T15:04:05Z");
  return Response.json({
    format: day.format("dddd, MMMM Do YYYY, h:mm:ss a"),
    german: day.clone().locale("de").format("LLLL"),
    calendar: day.calendar(moment.utc("2026-02-01T12:00:00Z")),
    added: day.clone().add(1, "month").toISOString(),
    from: day.from(moment.utc("2026-05-01T00:00:00Z")),
    diff: moment.utc("2027-01-01").diff(day, "days"),
    duration: moment.duration(90, "minutes").humanize(),
    valid: moment("2026-02-30", "YYYY-MM-DD", true).isValid(),
    zone: moment.parseZone("2026-01-31T15:04:05+02:00").utcOffset(),
    week: day.isoWeek(),
  });
};
