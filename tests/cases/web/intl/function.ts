// Made while the module is evaluated ahead of time: no call is needed for any of it.
const price = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const berlin = new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeStyle: 'full', timeZone: 'Europe/Berlin' });

const winter = new Date(Date.UTC(2025, 0, 5, 15, 4, 9));
const summer = new Date(Date.UTC(2024, 6, 31, 0, 0, 0));

function errorOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

function ordinal(number: number): string {
  const ends: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
  return `${number}${ends[new Intl.PluralRules('en', { type: 'ordinal' }).select(number)]}`;
}

export function handler(): Response {
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const words = new Intl.Segmenter('en', { granularity: 'word' });
  const found = words.segment('Hi, you 2!').containing(5) as any;
  const numeric = new Intl.Collator('en', { numeric: true });
  const plain = new Intl.Collator('en');
  return Response.json({
    number: [
      (1234567.891).toLocaleString(),
      (0.123).toLocaleString('en-US', { style: 'percent' }),
      price.format(-1234.5),
      new Intl.NumberFormat('en', { notation: 'compact' }).format(1234567),
      new Intl.NumberFormat('en', { style: 'unit', unit: 'kilometer-per-hour', unitDisplay: 'long' }).format(3),
      12345678901234567890n.toLocaleString(),
    ],
    parts: price.formatToParts(1234.5).map((part) => `${part.type}:${part.value}`).join(' '),
    dates: [
      winter.toLocaleString(),
      winter.toLocaleDateString(),
      winter.toLocaleTimeString(),
      berlin.format(winter),
      winter.toLocaleString('en-US', {
        timeZone: 'America/New_York', month: 'short', day: 'numeric', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
      }),
      new Intl.DateTimeFormat('en-US', { dateStyle: 'short', timeStyle: 'short', timeZone: '+01:30' }).format(summer),
    ],
    offset: new Intl.DateTimeFormat('en-US', {
      timeZone: 'europe/berlin', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    }).formatToParts(summer).reduce((text, part) => text.replace(`{${part.type}}`, part.value), '{year}-{month}-{day} {hour}:{minute}'),
    plural: [new Intl.PluralRules('en').select(1), new Intl.PluralRules('en').select(2), ...[1, 2, 3, 11, 22].map(ordinal)],
    list: [new Intl.ListFormat('en').format(['a', 'b', 'c']), new Intl.ListFormat('en', { type: 'disjunction' }).format(['a', 'b'])],
    relative: [relative.format(-1, 'day'), relative.format(3, 'months'), relative.format(-2, 'hour')],
    order: [
      ...['z', 'é', 'B', 'Z', 'a', 'e'].sort(plain.compare),
      ...['item 10', 'item 9'].sort(numeric.compare),
    ],
    compare: ['a'.localeCompare('a'), 'a'.localeCompare('b'), 'b'.localeCompare('a')],
    graphemes: [...new Intl.Segmenter('en').segment('👨‍👩‍👧e\u0301!')].map((part) => part.segment),
    words: [...words.segment('Hi, you 2!')].filter((part) => part.isWordLike).map((part) => part.segment),
    within: [found.segment, found.index],
    long: [...words.segment('ab '.repeat(20_000))].length,
    locales: [
      new Intl.NumberFormat('de-DE').resolvedOptions().locale,
      Intl.NumberFormat.supportedLocalesOf(['en-US', 'de-DE', 'en']),
      Intl.getCanonicalLocales('de-de'),
    ],
    errors: [
      errorOf(() => new Intl.DateTimeFormat('en', { timeZone: 'Europe/Nowhere' })),
      errorOf(() => new Intl.NumberFormat('no_locale')),
      errorOf(() => new Intl.NumberFormat('en', { maximumFractionDigits: 101 })),
      errorOf(() => new Intl.NumberFormat('en', { style: 'currency' })),
      errorOf(() => new Intl.DateTimeFormat('en').format(NaN)),
    ],
  });
}
