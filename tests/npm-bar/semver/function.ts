import semver from "npm:semver@7.8.6";
import satisfies from "npm:semver@7.8.6/functions/satisfies.js";

export default () =>
  Response.json({
    valid: [semver.valid("1.2.3"), semver.valid("a.b.c"), semver.clean("  =v1.2.3  ")],
    satisfies: [satisfies("1.2.3", "1.x || >=2.5.0 || 5.0.0 - 7.2.3"), satisfies("2.0.0-rc.1", "^1.0.0 || ^2.0.0")],
    sorted: semver.sort(["1.10.0", "1.2.0", "1.2.0-beta.2", "1.2.0-beta.11"]),
    inc: [semver.inc("1.2.3", "minor"), semver.inc("1.2.3", "prerelease", "beta")],
    max: semver.maxSatisfying(["1.2.3", "1.4.0", "2.0.0"], "^1.2"),
    range: new semver.Range("^1.2.3 <1.5").range,
    coerced: semver.coerce("v3.4 replaced v1")!.version,
    diff: semver.diff("1.2.3", "2.0.0-pre"),
    subset: semver.subset("^1.2.0", "1.x"),
  });
