//! The command line: what people read, what programs read, exit codes, and where keys go.

use ramekin_tests::cli::Somebody;
use ramekin_tests::proxy::Proxy;
use ramekin_tests::server::KEY;
use ramekin_tests::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

const SOURCE: &str = "
export async function handler(request: Request, ctx: any): Promise<Response> {
  const body = await request.json().catch(() => null);
  console.log('called with', JSON.stringify(body));
  if (body?.fail) throw new Error('boom');
  return Response.json({ body, word: ctx.env.WORD ?? null, user: ctx.user?.id ?? null });
}
";

fn field<'a>(value: &'a Value, pointer: &str) -> Result<&'a Value> {
    value.pointer(pointer).with_context(|| format!("no {pointer} in {value}"))
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    Ok(field(value, pointer)?.as_str().with_context(|| format!("{pointer} is no text in {value}"))?.to_owned())
}

pub fn a_function_in_words(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-words")?;
    me.run(&["functions", "list"])?.expect(0)?.says(&["has no functions yet"])?;
    me.write("hello.ts", SOURCE)?;
    me.write("vars.env", "# words\nWORD=file\nOTHER='x'\n")?;
    let deploy = ["functions", "deploy", "hello.ts", "--timeout-ms", "2000", "--memory-mb", "64", "--auth", "none"];
    let more = ["--description", "says hello", "--env-file", "vars.env", "--env", "WORD=one"];
    let deployed = me.run(&[&deploy[..], &more].concat())?.expect(0)?.says(&["Deployed `hello`", "/fn/hello"])?;
    ensure!(deployed.err.is_empty(), "what is quick has no progress: {}", deployed.err);
    let get = me.run(&["functions", "get", "hello"])?.expect(0)?;
    get.says(&["/fn/hello", "http (none)", "2000 ms, 64 MiB", "OTHER, WORD", "says hello"])?
        .complains(&["--source"])?;
    ensure!(me.run(&["fn", "get", "hello", "--source"])?.expect(0)?.out == SOURCE, "the source is not as it was");

    let invoked = me.run(&["functions", "invoke", "hello", "--data", r#"{"a":1}"#])?.expect(0)?;
    ensure!(
        invoked.json()? == json!({ "body": { "a": 1 }, "word": "one", "user": field(&invoked.json()?, "/user")? }),
        "{invoked:?}"
    );
    invoked.complains(&["`hello` answered 200 after ", "request "])?;
    let failed = me.run_with(&["functions", "invoke", "hello", "-d", "-"], r#"{"fail":true}"#, &[])?.expect(13)?;
    failed.says(&["boom"])?.complains(&["`hello` answered 500", "Error: boom", "hello.ts:5"])?;
    // Redeployed with nothing said, it keeps everything.
    me.run(&["functions", "deploy", "hello.ts"])?.expect(0)?;
    me.run(&["functions", "get", "hello"])?.expect(0)?.says(&["http (none)", "2000 ms, 64 MiB", "OTHER, WORD"])?;

    let logs = me.run(&["functions", "logs", "hello"])?.expect(0)?;
    let places = ["POST    200", "called with {\"a\":1}", "POST    500", "Error: boom"].map(|part| logs.out.find(part));
    ensure!(places.iter().all(Option::is_some) && places.is_sorted(), "the log is {}", logs.out);
    let errors = me.run(&["functions", "logs", "hello", "--errors", "-n", "1"])?.expect(0)?.says(&["boom"])?;
    ensure!(!errors.out.contains("200"), "not only errors: {}", errors.out);
    let none = me.run(&["functions", "logs", "hello", "--since", "2100-01-01"])?.expect(0)?;
    none.says(&["There is no call of `hello` since then"])?;
    me.run(&["metrics", "hello"])?.expect(0)?.says(&[
        "hello",
        "calls       2",
        "failed      1 (50.0 %)",
        "last call",
    ])?;
    me.run(&["functions", "list"])?.expect(0)?.says(&["NAME", "FAILED (24 H)", "hello  http (none)", "50.0 %"])?;

    me.run(&["functions", "env", "set", "hello", "WORD=two"])?.expect(0)?.says(&["OTHER, WORD"])?;
    me.run(&["functions", "invoke", "hello"])?.expect(0)?.says(&[r#""word":"two""#])?;
    me.run(&["functions", "env", "unset", "hello", "OTHER"])?.expect(0)?.says(&["now: WORD"])?;
    ensure!(me.run(&["functions", "env", "list", "hello"])?.expect(0)?.out == "WORD\n", "OTHER is still there");
    me.run(&["functions", "settings", "hello", "--allow-impersonation", "false"])?.expect(0)?.says(&["may not act"])?;
    let user = "00000000-0000-4000-8000-000000000001";
    me.run(&["functions", "invoke", "hello", "--as-user", user])?.expect(9)?.complains(&["X-Butterbase-As-User"])?;
    me.run(&["functions", "settings", "hello", "--allow-impersonation", "true"])?.expect(0)?;
    me.run(&["functions", "invoke", "hello", "--as-user", user])?.expect(0)?.says(&[user])?;

    me.run(&["functions", "delete", "hello"])?.expect(0)?.says(&["Deleted `hello`"])?;
    me.run(&["functions", "delete", "hello"])?.expect(10)?.complains(&["deleting `hello` failed", "not found"])?;
    me.run(&["functions", "logs", "hello", "--deleted"])?.expect(0)?.says(&["boom"])?;
    Ok(())
}

pub fn a_function_in_json(base: &str) -> Result<()> {
    let me = Somebody::new(base)?;
    let login = me.run_with(&["login", "--json"], KEY, &[])?.expect(0)?.json()?;
    ensure!(text(&login, "/endpoint")? == base, "{login}");
    let made = me.run(&["apps", "create", "cli-json", "--use", "--json"])?.expect(0)?.json()?;
    let app = text(&made, "/app_id")?;
    let apps = me.run(&["apps", "list", "--json"])?.expect(0)?.json()?;
    let apps = field(&apps, "/apps")?.as_array().context("no list")?;
    ensure!(apps.iter().any(|listed| listed.get("id") == Some(&json!(app))), "the app is not in {apps:?}");
    for words in [["apps", "use", "cli-json"], ["apps", "use", &app]] {
        ensure!(text(&me.run(&[&words[..], &["--json"]].concat())?.expect(0)?.json()?, "/app_id")? == app);
    }
    ensure!(me.run(&["apps", "status", "--json"])?.expect(0)?.json()?.get("db_provisioned") == Some(&json!(true)));

    // Whatever is said once may be said on every command, or by the environment.
    me.write("f.ts", SOURCE)?;
    let words = ["functions", "deploy", "-", "--name", "f", "--app", &app, "--endpoint", base, "--json"];
    let deployed = me.run_with(&words, SOURCE, &[])?.expect(0)?.json()?;
    ensure!(text(&deployed, "/name")? == "f" && text(&deployed, "/url")?.ends_with("/fn/f"), "{deployed}");
    let other = Somebody::new("http://127.0.0.1:1")?;
    let variables = [("RAMEKIN_ENDPOINT", base), ("RAMEKIN_API_KEY", KEY), ("RAMEKIN_APP", "cli-json")];
    let listed = other.run_with(&["functions", "list", "--json"], "", &variables)?.expect(0)?.json()?;
    ensure!(text(&listed, "/functions/0/name")? == "f", "{listed}");
    ensure!(!other.home().join(".config").exists(), "what is only used is not saved");

    let detail = me.run(&["functions", "get", "f", "--json"])?.expect(0)?.json()?;
    ensure!(text(&detail, "/code")? == SOURCE && field(&detail, "/triggers/0/config/auth")? == "required", "{detail}");
    let invoked = me.run(&["functions", "invoke", "f", "--json"])?.expect(0)?.json()?;
    ensure!(field(&invoked, "/body")? == &json!({}), "{invoked}");
    let failed = me.run(&["functions", "invoke", "f", "--json", "-d", r#"{"fail":1}"#])?.expect(13)?.json()?;
    ensure!(text(&failed, "/error")? == "boom", "{failed}");
    let page = me.run(&["functions", "logs", "f", "-n", "1", "--json"])?.expect(0)?.json()?;
    ensure!(field(&page, "/hasMore")? == true && field(&page, "/logs/0/statusCode")? == 500, "{page}");
    let figures = me.run(&["metrics", "f", "--json"])?.expect(0)?.json()?;
    ensure!(field(&figures, "/invocationCount")? == 2 && figures.get("code").is_none(), "{figures}");
    let changed = me.run(&["functions", "env", "set", "f", "A=1", "B=2", "--json"])?.expect(0)?.json()?;
    ensure!(field(&changed, "/updatedKeys")? == &json!(["A", "B"]), "{changed}");
    let keys = me.run(&["functions", "env", "list", "f", "--json"])?.expect(0)?.json()?;
    ensure!(keys == json!({ "envKeys": ["A", "B"] }), "{keys}");
    let set = me.run(&["functions", "settings", "f", "--allow-impersonation", "false", "--json"])?.expect(0)?.json()?;
    ensure!(field(&set, "/function/allow_service_key_impersonation")? == false, "{set}");
    ensure!(me.run(&["functions", "delete", "f", "--json"])?.expect(0)?.json()? == json!({ "success": true }));

    // A refusal is what the server answered too, and is said in words beside it.
    let refused = me.run(&["functions", "get", "f", "--json"])?.expect(10)?;
    ensure!(text(&refused.json()?, "/error/code")? == "RESOURCE_NOT_FOUND", "{refused:?}");
    refused.complains(&["error: looking at `f` failed"])?;
    let out = me.run(&["logout", "--json"])?.expect(0)?.json()?;
    ensure!(field(&out, "/forgotten")? == true, "{out}");
    Ok(())
}

pub fn apps_in_words(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-first")?;
    me.run(&["apps", "create", "cli-second"])?.expect(0)?.says(&["Made the app `cli-second`", "apps use"])?;
    me.run(&["apps", "create", "cli-second"])?.expect(0)?.says(&["There was the app already: `cli-second`"])?;
    let listed = me.run(&["apps", "list"])?.expect(0)?.says(&["NAME", "ready", "cli-second"])?.out;
    let marked: Vec<&str> = listed.lines().filter(|line| line.contains(" * ")).collect();
    ensure!(matches!(marked.as_slice(), [line] if line.starts_with("cli-first")), "marked are {marked:?}");
    me.run(&["apps", "use", "cli-second"])?.expect(0)?.says(&["You work on `cli-second`"])?;
    me.run(&["apps", "status"])?.expect(0)?.says(&["cli-second", "database  ready"])?;
    me.run(&["apps", "status", "--app", "cli-first"])?.expect(0)?.says(&["cli-first"])?;
    me.run(&["apps", "env", "list"])?.expect(0)?.says(&["The app `cli-second` has no variables"])?;
    me.run(&["apps", "env", "set", "SHARED=1", "GONE=1"])?.expect(0)?.says(&["GONE, SHARED"])?;
    me.run(&["apps", "env", "unset", "GONE"])?.expect(0)?.says(&["now: SHARED."])?;
    me.run(&["apps", "use", "cli-nowhere"])?.expect(10)?.complains(&["no app `cli-nowhere`", "the key opens `"])?;
    me.run(&["apps", "create", "Not A Name"])?.expect(11)?.complains(&["making the app `Not A Name` failed: name"])?;
    // Nobody is there to be asked.
    me.run(&["apps", "delete", "cli-second"])?.expect(2)?.complains(&["--yes"])?;
    let gone = me.run(&["apps", "delete", "cli-second", "--yes"])?.expect(0)?;
    gone.says(&["The app `cli-second` is deleted"])?;
    me.run(&["apps", "delete", "cli-second", "--yes"])?.expect(10)?.complains(&["no app `cli-second`"])?;
    // It was the one to work on.
    me.run(&["functions", "list"])?.expect(2)?.complains(&["no app", "apps use", "RAMEKIN_APP"])?;
    Ok(())
}

pub fn failures_have_their_codes(base: &str) -> Result<()> {
    let nobody = Somebody::new("http://127.0.0.1:1")?;
    let away = nobody.run_with(&["apps", "list"], "", &[("RAMEKIN_API_KEY", KEY)])?.expect(8)?;
    away.complains(&["cannot reach a server at `http://127.0.0.1:1`", "refused", "ramekin serve", "--endpoint"])?;
    nobody.run_with(&["login"], KEY, &[])?.expect(8)?;
    ensure!(!nobody.home().join(".config").exists(), "a key that was not tried is not kept");

    let me = Somebody::new(base)?;
    let fresh = me.run(&["functions", "list"])?.expect(9)?;
    fresh.complains(&["no key to the server", "ramekin login", "RAMEKIN_API_KEY"])?;
    me.run_with(&["login"], "nonsense", &[])?.expect(9)?.complains(&["that is no key", "bb_sk_"])?;
    let wrong = format!("bb_sk_{}", "f".repeat(40));
    me.run_with(&["login"], &wrong, &[])?.expect(9)?.complains(&["AUTH_INVALID_API_KEY", "request "])?;
    me.run_with(&["apps", "list"], "", &[("RAMEKIN_API_KEY", "canary")])?.expect(3)?.complains(&["RAMEKIN_API_KEY"])?;
    for endpoint in ["localhost:4000", "ftp://example.org", "https://user:canary@example.org"] {
        me.run(&["apps", "list", "--endpoint", endpoint])?.expect(3)?.complains(&["http://127.0.0.1:4000"])?;
    }
    ensure!(!me.printed().contains("canary") && !me.printed().contains(&wrong), "a secret was printed");

    let me = Somebody::with_app(base, "cli-failures")?;
    me.write("good.ts", SOURCE)?;
    me.write("bad.ts", "export const handler = () => {\n  const x = ;\n};")?;
    for (code, words, says) in [
        (0, &["--version"][..], ""),
        (2, &["functions", "frobnicate"], "frobnicate"),
        (2, &["functions", "deploy"], "FILE"),
        (2, &["functions", "get", "two words"], "A-Z"),
        (2, &["functions", "deploy", "-"], "--name"),
        (2, &["functions", "deploy", "good.ts", "--env", "CLI_TEST_UNSET"], "CLI_TEST_UNSET"),
        (2, &["functions", "deploy", "good.ts", "--trigger", "cron=x"], "no JSON object"),
        (2, &["functions", "env", "set", "good"], "nothing to set"),
        (2, &["functions", "logs", "good", "-n", "0"], "1..=1000"),
        (5, &["functions", "deploy", "nowhere.ts"], "`nowhere.ts` cannot be read"),
        (10, &["functions", "get", "nowhere"], "not found"),
        (10, &["functions", "invoke", "nowhere"], "calling `nowhere` failed: Function not found"),
        (10, &["functions", "logs", "nowhere"], "RESOURCE_NOT_FOUND"),
        (10, &["functions", "logs", "nowhere", "--follow"], "RESOURCE_NOT_FOUND"),
        (10, &["functions", "env", "set", "nowhere", "A=1"], "not found"),
        (10, &["functions", "list", "--app", "nowhere"], "no app `nowhere`"),
        (10, &["functions", "list", "--app", "app_000000000000"], "App not found"),
        (10, &["metrics", "nowhere"], "not found"),
        (10, &["keys", "revoke", "nowhere"], "keys list"),
        (11, &["functions", "deploy", "bad.ts"], "deploying `bad` failed"),
        (11, &["functions", "deploy", "bad.ts"], "2:13"),
        (11, &["functions", "deploy", "good.ts", "--timeout-ms", "0"], "timeoutMs"),
        (11, &["functions", "deploy", "good.ts", "--trigger", "smoke"], "triggers.0.type"),
        (11, &["functions", "logs", "good", "--since", "yesterday"], "since"),
    ] {
        if words == ["functions", "logs", "good", "--since", "yesterday"] {
            me.run(&["functions", "deploy", "good.ts"])?.expect(0)?;
        }
        let ran = me.run(words).and_then(|ran| ran.expect(code)).with_context(|| words.join(" "))?;
        ran.complains(&[says]).with_context(|| words.join(" "))?;
    }
    me.run(&["login", "--help"])?.expect(0)?.says(&["RAMEKIN_API_KEY"])?;
    Ok(())
}

pub fn keys_are_shown_to_nobody(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-secret")?;
    let folder = me.home().join(".config/ramekin");
    let file = folder.join("servers.json");
    let mode = |path| Result::<u32>::Ok(std::fs::metadata(path)?.permissions().mode() & 0o777);
    ensure!(std::fs::read_to_string(&file)?.contains(KEY), "the key is somewhere else");
    ensure!(mode(&folder)? == 0o700 && mode(&file)? == 0o600, "{:o} {:o}", mode(&folder)?, mode(&file)?);

    for words in [
        &["login", KEY][..],
        &["login", "--key", KEY],
        &["apps", "list", "--endpoint", &format!("http://{KEY}@127.0.0.1")],
        &["functions", "list", &format!("--token={KEY}")],
    ] {
        let ran = me.run(words)?;
        ensure!(matches!(ran.code, Some(2 | 3)), "{ran:?}");
    }
    me.run(&["login", KEY])?.complains(&["a key in it", "standard input"])?;
    for words in [
        &["apps", "list"][..],
        &["apps", "list", "--json"],
        &["apps", "status"],
        &["keys", "list"],
        &["keys", "list", "--json"],
        &["functions", "list", "--endpoint", "http://127.0.0.1:1"],
        &["functions", "list", "--help"],
        &["functions", "get", "nowhere", "--json"],
    ] {
        me.run(words)?;
        me.run_with(words, "", &[("RAMEKIN_API_KEY", KEY)])?;
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644))?;
    me.run(&["apps", "list"])?.expect(0)?.complains(&["others can read", "chmod 600"])?;
    std::fs::write(&file, format!("{{ \"key\": {KEY} }}"))?;
    me.run(&["apps", "list"])?.expect(5)?.complains(&["servers.json", "damaged"])?;
    ensure!(!me.printed().contains(KEY), "the key was printed: {}", me.printed());

    std::fs::remove_file(&file)?;
    me.run_with(&["login"], KEY, &[])?.expect(0)?;
    me.run(&["logout"])?.expect(0)?.says(&["forgotten"])?;
    ensure!(!std::fs::read_to_string(&file)?.contains(KEY), "the key is still there");
    me.run(&["apps", "list"])?.expect(9)?;
    Ok(())
}

pub fn a_key_goes_to_no_other_server(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-other")?;
    let other = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", other.local_addr()?);
    me.run(&["apps", "list", "--endpoint", &address])?.expect(9)?.complains(&["no key to the server", &address])?;
    other.set_nonblocking(true)?;
    ensure!(other.accept().is_err(), "it connected without a key");
    other.set_nonblocking(false)?;

    // Nor does it follow where another server sends it.
    let answering = std::thread::spawn(move || -> Result<String> {
        let (mut stream, _) = other.accept()?;
        let mut read = [0; 4096];
        let count = stream.read(&mut read)?;
        let reply = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/apps\r\ncontent-length: 0\r\n\r\n";
        std::io::Write::write_all(&mut stream, reply.as_bytes())?;
        Ok(String::from_utf8_lossy(read.get(..count).unwrap_or_default()).into_owned())
    });
    let key = format!("bb_sk_{}", "1".repeat(40));
    let moved = me.run_with(&["apps", "list", "--endpoint", &address], "", &[("RAMEKIN_API_KEY", &key)])?.expect(8)?;
    moved.complains(&["sends on to `http://127.0.0.1:1/apps`", "--endpoint"])?;
    let request = answering.join().ok().context("the other server has failed")??;
    ensure!(request.contains(&key) && !request.contains(KEY), "it was sent {request}");
    Ok(())
}

pub fn keys_are_made_and_ended(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-keys")?;
    let made = me.run(&["keys", "create", "cli-test-app", "--scope", "app", "--json"])?.expect(0)?.json()?;
    let (key, id) = (text(&made, "/key")?, text(&made, "/keyId")?);
    let robot = Somebody::new(base)?;
    robot.run_with(&["login"], &key, &[])?.expect(0)?.says(&["opens one app", "You work on `cli-keys`"])?;
    robot.run(&["functions", "list"])?.expect(0)?;
    robot.run(&["keys", "list"])?.expect(9)?.complains(&["AUTH_INSUFFICIENT_PERMISSIONS"])?;
    let listed = me.run(&["keys", "list"])?.expect(0)?.says(&["cli-test-app", "every app", "just now", &id])?;
    ensure!(!listed.out.contains(&key), "a key is shown again");
    me.run(&["keys", "revoke", "cli-test-app"])?.expect(0)?.says(&[&id, "revoked"])?;
    robot.run(&["functions", "list"])?.expect(9)?.complains(&["AUTH_INVALID_API_KEY"])?;
    me.run(&["keys", "revoke", &id])?.expect(10)?;

    let shown =
        me.run(&["keys", "create", "cli-test-account"])?.expect(0)?.says(&["opens every app", "shown this once"])?;
    let key = shown.out.lines().map(str::trim).find(|line| line.starts_with("bb_sk_")).context("no key")?.to_owned();
    robot.run_with(&["apps", "list"], "", &[("RAMEKIN_API_KEY", &key)])?.expect(0)?.says(&["cli-keys"])?;
    me.run(&["keys", "revoke", "cli-test-account"])?.expect(0)?;
    Ok(())
}

pub fn variables_come_from_anywhere(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-variables")?;
    me.write("f.ts", "export const handler = (_: Request, ctx: any) => Response.json(ctx.env)")?;
    let here = [("FROM_HERE", "secret value"), ("RAMEKIN_APP", "cli-variables")];
    let words = ["functions", "deploy", "f.ts", "--env", "FROM_HERE", "--env", "EMPTY=", "--env-file", "-"];
    me.run_with(&words, "IN='a b'\nEMPTY=x\n", &here)?.expect(0)?;
    let seen = me.run(&["functions", "invoke", "f"])?.expect(0)?.json()?;
    for (name, value) in [("FROM_HERE", "secret value"), ("IN", "a b"), ("EMPTY", "")] {
        ensure!(seen.get(name) == Some(&json!(value)), "{name} in {seen}");
    }
    me.run_with(&["functions", "env", "set", "f", "--env-file", "-"], "IN=piped", &[])?.expect(0)?;
    let seen = me.run(&["functions", "invoke", "f"])?.expect(0)?.json()?;
    ensure!(seen.get("IN") == Some(&json!("piped")) && seen.get("FROM_HERE").is_some(), "{seen}");
    // A deploy that says variables says all of them.
    me.run(&["functions", "deploy", "f.ts", "--env", "ONLY=1"])?.expect(0)?;
    ensure!(me.run(&["functions", "env", "list", "f"])?.expect(0)?.out == "ONLY\n");
    ensure!(!me.printed().contains("secret value\n"), "a value was printed by something else than the function");
    Ok(())
}

pub fn answers_come_as_they_are(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-answers")?;
    me.write(
        "f.ts",
        "export default async (request: Request) => {
          const { status, body } = await request.json();
          return new Response(body, { status });
        }",
    )?;
    me.run(&["functions", "deploy", "f.ts"])?.expect(0)?;
    for (status, code, body) in
        [(200, 0, "no line end"), (201, 0, "{\"a\": 1}\n"), (302, 0, ""), (404, 13, "nothing here"), (503, 13, "")]
    {
        let data = json!({ "status": status, "body": body }).to_string();
        let ran = me.run(&["functions", "invoke", "f", "-d", &data])?.expect(code)?;
        ensure!(ran.out == body, "{status}: {:?} instead of {body:?}", ran.out);
        ran.complains(&[&format!("`f` answered {status} after ")])?;
    }
    me.run(&["functions", "invoke", "f", "-d", "{"])?.expect(11)?.complains(&["not valid JSON"])?;
    let large = "x".repeat(600_000);
    me.write("large.json", &json!({ "status": 500, "body": large }).to_string())?;
    ensure!(me.run(&["functions", "invoke", "f", "-d", "@large.json"])?.expect(13)?.out == large, "it was cut");
    Ok(())
}

/// A proxy before the server at this address.
fn proxy(base: &str) -> Result<Proxy> {
    Proxy::start(base.strip_prefix("http://").context("no http://")?.parse()?)
}

/// Nobody who follows a log through a connection that breaks misses a call, or sees one twice.
pub fn logs_are_followed_wherever_they_break(base: &str) -> Result<()> {
    let proxy = proxy(base)?;
    let (me, owner) = (Somebody::with_app(&proxy.url(), "cli-broken")?, Somebody::with_app(base, "cli-broken")?);
    owner.write("f.ts", SOURCE)?;
    owner.run(&["functions", "deploy", "f.ts"])?.expect(0)?;
    let call = |n: u32| owner.run(&["functions", "invoke", "f", "-d", &n.to_string()]).and_then(|ran| ran.expect(0));
    call(0)?;
    let mut child = me.start(&["functions", "logs", "f", "--follow", "--json"])?;
    let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.map_while(std::io::Result::ok).try_for_each(|line| sender.send(line)));
    let next = || -> Result<String> {
        let line = receiver.recv_timeout(Duration::from_secs(30)).context("nothing came")?;
        text(&serde_json::from_str(&line)?, "/consoleLogs/0/message")
    };
    ensure!(next()? == "called with 0");
    // Before an event has said a place, and after one has; and more than once.
    for n in 1..=4 {
        proxy.cut();
        call(n)?;
        ensure!(next()? == format!("called with {n}"), "call {n} did not come, or not in its turn");
    }
    ensure!(receiver.recv_timeout(Duration::from_millis(2_000)).is_err(), "something was shown twice");
    ensure!(child.try_wait()?.is_none(), "it has ended");
    // What a client cannot mend ends it.
    owner.run(&["functions", "delete", "f"])?.expect(0)?;
    proxy.cut();
    let ended = Instant::now() + Duration::from_secs(30);
    while child.try_wait()?.is_none() {
        ensure!(Instant::now() < ended, "it follows a function that is gone");
        std::thread::sleep(Duration::from_millis(50));
    }
    ensure!(child.wait()?.code() == Some(10), "it ended with another code");
    Ok(())
}

/// However often a deploy is sent, it is made once.
pub fn a_deploy_is_made_once(base: &str) -> Result<()> {
    let proxy = proxy(base)?;
    let me = Somebody::with_app(&proxy.url(), "cli-once")?;
    me.write("f.ts", SOURCE)?;
    proxy.swallow(2);
    let deployed = me.run(&["functions", "deploy", "f.ts"])?.expect(0)?.says(&["Deployed `f`"])?;
    deployed.complains(&["the connection to the server at", "tried again, and made once"])?;
    let app = text(&me.run(&["apps", "status", "--json"])?.expect(0)?.json()?, "/app_id")?;
    let target = format!("/v1/{app}/audit-logs?event_type=function.deploy");
    let asked = ramekin_tests::client::Sent::get(target).as_owner();
    let address = base.strip_prefix("http://").context("no http://")?.parse()?;
    let client = ramekin_tests::client::Client::new(address);
    let log = ramekin_tests::runtime()?.block_on(client.send(&asked))?.expect(200)?.json()?;
    ensure!(
        log.pointer("/logs").and_then(Value::as_array).map(Vec::len) == Some(1),
        "it was made more than once: {log}"
    );

    // A server that is not there has done nothing, and is not asked again.
    proxy.swallow(100);
    let broken = me.run(&["functions", "deploy", "f.ts"])?.expect(8)?;
    broken.complains(&["may have been done all the same"])?;
    Ok(())
}

/// What a function is deployed with can stand beside its source.
pub fn settings_stand_beside_the_source(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-settings")?;
    me.write("hello.ts", SOURCE)?;
    me.write("hello.json", r#"{ "auth": "none", "timeoutMs": 2000, "envVars": { "WORD": "file" } }"#)?;
    me.run(&["functions", "deploy", "hello.ts"])?.expect(0)?;
    let get = || me.run(&["functions", "get", "hello"]).and_then(|ran| ran.expect(0));
    get()?.says(&["http (none)", "2000 ms, 128 MiB", "WORD"])?;
    // What a flag says wins, and what nobody says stays.
    me.run(&["functions", "deploy", "hello.ts", "--timeout-ms", "3000", "--auth", "required", "--env", "OTHER=1"])?
        .expect(0)?;
    let shown = get()?.says(&["http (required)", "3000 ms, 128 MiB", "OTHER"])?;
    ensure!(!shown.out.contains("WORD"), "{}", shown.out);
    me.run(&["functions", "deploy", "hello.ts", "--no-settings", "--memory-mb", "64"])?.expect(0)?;
    get()?.says(&["http (required)", "3000 ms, 64 MiB", "OTHER"])?;
    me.write("other.json", r#"{ "triggers": [{ "type": "http", "config": { "auth": "optional" } }] }"#)?;
    me.run(&["functions", "deploy", "hello.ts", "--settings", "other.json"])?.expect(0)?;
    get()?.says(&["http (optional)", "3000 ms"])?;
    // The source decides which file it is, not the name.
    me.run(&["functions", "deploy", "hello.ts", "--name", "renamed"])?.expect(0)?;
    me.run(&["functions", "get", "renamed"])?.expect(0)?.says(&["http (none)", "2000 ms"])?;
    me.run_with(&["functions", "deploy", "-", "--name", "piped"], SOURCE, &[])?.expect(0)?;
    me.run(&["functions", "get", "piped"])?.expect(0)?.says(&["http (required)", "30.0 s"])?;
    for (settings, says) in [("{", "not valid JSON"), (r#"{"timeout":1}"#, "`timeout` is no setting"), ("[]", "object")]
    {
        me.write("hello.json", settings)?;
        let refused = me.run(&["functions", "deploy", "hello.ts"])?.expect(2)?;
        refused.complains(&["hello.json", says, "--no-settings"])?;
    }
    me.run(&["functions", "deploy", "hello.ts", "--settings", "nowhere.json"])?
        .expect(5)?
        .complains(&["nowhere.json"])?;
    Ok(())
}

pub fn logs_are_followed(base: &str) -> Result<()> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let me = Somebody::with_app(base, "cli-follow")?;
    me.write("f.ts", SOURCE)?;
    me.run(&["functions", "deploy", "f.ts"])?.expect(0)?;
    me.run(&["functions", "invoke", "f", "-d", r#"{"call":"before"}"#])?.expect(0)?;
    let mut child = me.start(&["functions", "logs", "f", "--follow", "--json"])?;
    let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.map_while(std::io::Result::ok).try_for_each(|line| sender.send(line)));
    let mut calls = Vec::new();
    for call in ["before", "first", "second"] {
        if call != "before" {
            me.run(&["functions", "invoke", "f", "-d", &json!({ "call": call }).to_string()])?.expect(0)?;
        }
        let until = Instant::now() + PATIENCE;
        let line = receiver.recv_timeout(until - Instant::now()).with_context(|| format!("nothing of {call}"))?;
        let entry: Value = serde_json::from_str(&line)?;
        calls.push(text(&entry, "/consoleLogs/0/message")?);
    }
    ensure!(receiver.recv_timeout(Duration::from_millis(2_500)).is_err(), "something was shown twice");
    ensure!(child.try_wait()?.is_none(), "it has ended");
    child.kill()?;
    child.wait()?;
    let expected = ["before", "first", "second"].map(|call| format!("called with {{\"call\":\"{call}\"}}"));
    ensure!(calls == expected, "it showed {calls:?}");
    Ok(())
}

pub fn shells_complete(base: &str) -> Result<()> {
    let me = Somebody::new(base)?;
    for shell in ["bash", "zsh", "fish"] {
        me.run(&["completions", shell])?.expect(0)?.says(&["ramekin", "functions", "env-file"])?;
    }
    me.run(&["completions", "tea"])?.expect(2)?.complains(&["bash", "zsh", "fish"])?;
    Ok(())
}

pub fn a_reader_may_go_away(base: &str) -> Result<()> {
    let me = Somebody::with_app(base, "cli-pipe")?;
    for words in [&["completions", "bash"][..], &["apps", "list"], &["apps", "list", "--json"]] {
        let mut child = me.start(words)?;
        drop(child.stdout.take());
        let status = child.wait()?;
        let mut err = String::new();
        child.stderr.take().context("no error output")?.read_to_string(&mut err)?;
        ensure!(status.success() && err.is_empty(), "{words:?} ended with {status}: {err}");
    }
    Ok(())
}
