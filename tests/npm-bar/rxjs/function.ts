import {
  catchError, combineLatest, concatMap, debounceTime, delay, firstValueFrom, from, interval, lastValueFrom, map, mergeMap, of,
  retry, scan, Subject, take, throwError, timeout, toArray, zip,
} from "npm:rxjs@7.8.2";
import { ajax } from "npm:rxjs@7.8.2/ajax";
import { TestScheduler } from "npm:rxjs@7.8.2/testing";

export default async () => {
  let tries = 0;
  const flaky = of(1).pipe(mergeMap(() => ++tries < 3 ? throwError(() => new Error("again")) : of("done")), retry(3));
  const subject = new Subject<string>();
  const typed = firstValueFrom(subject.pipe(debounceTime(10)));
  "abc".split("").forEach((letter) => subject.next(letter));
  const scheduler = new TestScheduler((actual, expected) => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error("marbles differ");
  });
  scheduler.run(({ cold, expectObservable }) => expectObservable(cold("a-b|").pipe(map((x) => x))).toBe("a-b|"));
  return Response.json({
    ticks: await lastValueFrom(interval(5).pipe(take(3), scan((sum, n) => sum + n, 0), toArray())),
    ordered: await lastValueFrom(from([3, 1, 2]).pipe(concatMap((n) => of(n).pipe(delay(n * 2))), toArray())),
    latest: await firstValueFrom(combineLatest({ a: of(1), b: Promise.resolve(2) })),
    zipped: await lastValueFrom(zip(from("ab"), of(1, 2)).pipe(toArray())),
    flaky: [await firstValueFrom(flaky), tries],
    debounced: await typed,
    late: await firstValueFrom(of(1).pipe(delay(50), timeout(5), catchError((error) => of(error.name)))),
    ajax: typeof ajax.getJSON,
  });
};
