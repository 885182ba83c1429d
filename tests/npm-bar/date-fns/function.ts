import {
  addMonths, differenceInBusinessDays, eachDayOfInterval, endOfMonth, format, formatDistance, formatISO, getISOWeek,
  intervalToDuration, isValid, parse, parseISO, startOfWeek,
} from "npm:date-fns@4.4.0";
import { de } from "npm:date-fns@4.4.0/locale";

export default () => {
  const day = parseISO("2026-01-31T15:04:05Z");
  return Response.json({
    format: format(day, "yyyy-MM-dd HH:mm:ss, EEEE do MMMM"),
    german: format(day, "EEEE, d. MMMM yyyy", { locale: de }),
    nextMonth: formatISO(addMonths(day, 1), { representation: "date" }),
    distance: formatDistance(day, parseISO("2026-03-10T00:00:00Z"), { addSuffix: true }),
    businessDays: differenceInBusinessDays(parseISO("2026-02-14"), day),
    week: getISOWeek(day),
    monday: startOfWeek(day, { weekStartsOn: 1 }).toISOString(),
    end: endOfMonth(day).toISOString(),
    days: eachDayOfInterval({ start: day, end: addMonths(day, 1) }).length,
    duration: intervalToDuration({ start: day, end: parseISO("2027-03-02T16:04:06Z") }),
    parsed: parse("31/12/2025", "dd/MM/yyyy", new Date(0)).toISOString(),
    invalid: isValid(parse("31/02/2025", "dd/MM/yyyy", new Date(0))),
  });
};
