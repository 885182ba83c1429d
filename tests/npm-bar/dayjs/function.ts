import dayjs from "npm:dayjs@1.11.23";
import "npm:dayjs@1.11.23/locale/fr.js";
import customParseFormat from "npm:dayjs@1.11.23/plugin/customParseFormat.js";
import duration from "npm:dayjs@1.11.23/plugin/duration.js";
import relativeTime from "npm:dayjs@1.11.23/plugin/relativeTime.js";
import timezone from "npm:dayjs@1.11.23/plugin/timezone.js";
import utc from "npm:dayjs@1.11.23/plugin/utc.js";

for (const plugin of [customParseFormat, duration, relativeTime, utc, timezone]) dayjs.extend(plugin);

export default () => {
  const day = dayjs.utc("2026-07-01T12:00:00Z");
  return Response.json({
    format: day.format("dddd, MMMM D, YYYY h:mm A"),
    french: day.locale("fr").format("dddd D MMMM"),
    tokyo: day.tz("Asia/Tokyo").format("YYYY-MM-DD HH:mm Z"),
    parsedInZone: dayjs.tz("2026-12-24 18:00", "America/New_York").toISOString(),
    relative: day.from(dayjs.utc("2026-07-03T12:00:00Z")),
    added: day.add(1, "month").endOf("month").toISOString(),
    diff: dayjs.utc("2027-01-01").diff(day, "week"),
    duration: dayjs.duration(90, "minutes").format("HH:mm"),
    parsed: dayjs("31.12.2025", "DD.MM.YYYY", true).isValid(),
    invalid: dayjs("31.31.2025", "DD.MM.YYYY", true).isValid(),
  });
};
