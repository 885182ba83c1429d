//! Runs every case against one server. Each case folder is a test with its name: `cargo test -p ramekin-tests --test e2e
//! console/` runs those of one area.

mod cli;
mod dev;
mod function_key;
mod logs;
mod modules;
mod subdomain;
mod tokens;
mod wire;

use libtest_mimic::{Arguments, Trial};
use ramekin_tests::case::{self, Case, World, files};
use ramekin_tests::owner::App;
use ramekin_tests::registry::Registry;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::upstream::Upstream;
use ramekin_tests::{Context as _, Result, ensure, report, repository, runtime};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

/// Cases that run at once: most of them wait most of the time.
const PARALLEL: usize = 4;

/// What tests are given once the server runs.
struct Started {
    world: World,
    address: SocketAddr,
    registry: Registry,
    home: Arc<Home>,
}

fn main() -> Result<ExitCode> {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(PARALLEL);
    let cases = case::collect()?;
    let started = Arc::new(OnceLock::new());
    let mut trials = vec![Trial::test("no_case_is_orphaned", {
        let cases = cases.clone();
        move || no_case_is_orphaned(&cases).map_err(|error| report::failed(&error))
    })];
    trials.push(Trial::test("no_package_is_orphaned", || {
        no_package_is_orphaned().map_err(|error| report::failed(&error))
    }));
    trials.extend(cases.into_iter().map(|case| trial(case, Arc::clone(&started))));
    trials.extend(more_trials(&started));
    trials.extend(cli_trials(&started));
    trials.extend(module_trials(&started));
    trials.push(token_trial(&started));
    trials.push(subdomain_trial());
    trials.push(function_key_trial());
    if arguments.list {
        return Ok(libtest_mimic::run(&arguments, trials).exit_code());
    }

    let upstream = runtime()?.block_on(Upstream::start())?;
    let registry = runtime()?.block_on(Registry::start())?;
    let (server, world) = start(upstream, &registry, &[])?;
    report::note(format_args!("the server was ready after {:?}", server.ready_after));
    let _ = started.set(Started { world, address: server.address(), registry, home: Arc::clone(server.home()) });
    let conclusion = libtest_mimic::run(&arguments, trials);
    if conclusion.has_failed() {
        report::note(format_args!("the last lines of the server's log:\n{}", server.home().log_tail()));
    }
    let home = Arc::clone(server.home());
    server.stop().context("the server did not end well after the cases")?;
    let log = home.log();
    let panic = log.lines().find(|line| line.contains("panicked"));
    ensure!(panic.is_none(), "the server's log has a panic: {panic:?}");
    Ok(conclusion.exit_code())
}

/// A server with these settings, and an app on it.
fn start(upstream: Upstream, registry: &Registry, settings: &[(String, String)]) -> Result<(Server, World)> {
    let home = Home::new()?;
    let setup = registry.setup(&home)?.with("RAMEKIN_EGRESS_ALLOW", upstream.address.to_string());
    // The cases share an app.
    let setup = setup.with("RAMEKIN_MAX_FUNCTIONS", "10000");
    let setup = settings.iter().fold(setup, |setup, (name, value)| setup.with(name.clone(), value.as_str()));
    let server = Server::start(&home, &setup)?;
    let app = runtime()?.block_on(App::create(server.client(), "cases"))?;
    let base = format!("http://{}", server.address());
    Ok((server, World { app, upstream, base }))
}

/// Runs a case, on a server of its own if it asks for settings.
fn run(case: &Case, shared: &Started) -> Result<()> {
    let settings = case.settings();
    if settings.is_empty() {
        return runtime()?.block_on(case.run(&shared.world));
    }
    let (server, own) = start(shared.world.upstream, &shared.registry, &settings)?;
    runtime()?.block_on(case.run(&own))?;
    server.stop()
}

fn trial(case: Case, started: Arc<OnceLock<Started>>) -> Trial {
    Trial::test(case.name.clone(), move || {
        let run = || self::run(&case, self::started(&started)?);
        match (run(), case.known_failure()) {
            (Ok(()), Some(reason)) => Err(format!("it passes now: take its `known_failure` out ({reason})").into()),
            (Err(_), Some(_)) => Ok(()),
            (outcome, None) => outcome.map_err(|error| report::failed(&error)),
        }
    })
}

/// Tests that no case can say, under the names of their modules and functions.
macro_rules! trials {
    ($started:expr, $($module:ident: $($test:ident),*;)*) => {
        [$($({
            let started = Arc::clone($started);
            Trial::test(concat!(stringify!($module), "/", stringify!($test)), move || {
                let run = || {
                    let Started { world, address, .. } = self::started(&started)?;
                    runtime()?.block_on($module::$test(world, *address))
                };
                run().map_err(|error| report::failed(&error))
            })
        }),*),*]
    };
}

fn more_trials(started: &Arc<OnceLock<Started>>) -> impl Iterator<Item = Trial> {
    let trials = trials!(
        started,
        wire:
            chunked_content_is_put_together,
            http_1_0_is_served,
            pipelined_requests_are_answered_in_order,
            what_has_no_content_says_no_length,
            whoever_expects_to_continue_is_told_to;
        logs:
            a_stream_goes_on_where_it_broke_off,
            a_stream_shows_a_call_soon_after_its_end,
            one_stream_too_many_is_refused;
    );
    trials.into_iter()
}

/// A test of the command line, under the name of its function.
macro_rules! cli {
    ($started:expr, $($test:ident),* $(,)?) => {
        [$({
            let started = Arc::clone($started);
            Trial::test(concat!("cli/", stringify!($test)), move || {
                let run = || cli::$test(&self::started(&started)?.world.base);
                run().map_err(|error| report::failed(&error))
            })
        }),*]
    };
}

fn cli_trials(started: &Arc<OnceLock<Started>>) -> impl Iterator<Item = Trial> {
    let trials = cli!(
        started,
        a_deploy_is_made_once,
        a_function_in_words,
        a_function_in_json,
        a_key_goes_to_no_other_server,
        a_reader_may_go_away,
        answers_come_as_they_are,
        apps_in_words,
        failures_have_their_codes,
        keys_are_made_and_ended,
        keys_are_shown_to_nobody,
        logs_are_followed,
        logs_are_followed_wherever_they_break,
        settings_stand_beside_the_source,
        shells_complete,
        variables_come_from_anywhere,
    );
    trials.into_iter()
}

fn module_trials(started: &Arc<OnceLock<Started>>) -> Vec<Trial> {
    type Shared = fn(&Started) -> Result<()>;
    type Own = fn() -> Result<()>;
    let shared: [(&str, Shared); 5] = [
        ("hostile_archives", modules::hostile_archives),
        ("broken_registries", modules::broken_registries),
        ("a_silent_registry_keeps_nobody", modules::a_silent_registry_keeps_nobody),
        ("hostile_sources", modules::hostile_sources),
        ("the_same_source_gives_the_same_bundle", modules::the_same_source_gives_the_same_bundle),
    ];
    let own: [(&str, Own); 4] = [
        ("modules/offline_after_the_first_use", modules::offline_after_the_first_use),
        ("modules/downloads_can_be_switched_off", modules::downloads_can_be_switched_off),
        ("dev/examples_without_a_registry", dev::examples_without_a_registry),
        ("dev/package_json_is_watched", dev::package_json_is_watched),
    ];
    let shared = shared.into_iter().map(|(name, test)| {
        let started = Arc::clone(started);
        Trial::test(format!("modules/{name}"), move || {
            self::started(&started).and_then(test).map_err(|error| report::failed(&error))
        })
    });
    let own =
        own.into_iter().map(|(name, test)| Trial::test(name, move || test().map_err(|error| report::failed(&error))));
    shared.chain(own).collect()
}

fn token_trial(started: &Arc<OnceLock<Started>>) -> Trial {
    let started = Arc::clone(started);
    Trial::test("tokens/forged_tokens_make_nobody", move || {
        let run = || runtime()?.block_on(tokens::forged_tokens_make_nobody(&self::started(&started)?.world));
        run().map_err(|error| report::failed(&error))
    })
}

/// On a server of its own, whose encryption key is known.
fn function_key_trial() -> Trial {
    Trial::test("function_key/a_function_key_calls_and_manages_nothing", || {
        let run = || {
            let setup = Setup::default().with("RAMEKIN_ENCRYPTION_KEY", function_key::ENCRYPTION_KEY);
            let server = Server::new(&setup)?;
            runtime()?.block_on(function_key::a_function_key_calls_and_manages_nothing(&server))?;
            server.stop()
        };
        run().map_err(|error: ramekin_tests::Error| report::failed(&error))
    })
}

/// On a server of its own, which has a domain.
fn subdomain_trial() -> Trial {
    Trial::test("subdomain/an_authority_is_a_host", || {
        let run = || {
            let server = Server::new(&Setup::default().with("RAMEKIN_BASE_DOMAIN", subdomain::DOMAIN))?;
            runtime()?.block_on(subdomain::an_authority_is_a_host(server.client(), server.address()))?;
            server.stop()
        };
        run().map_err(|error: ramekin_tests::Error| report::failed(&error))
    })
}

fn started(started: &OnceLock<Started>) -> Result<&Started> {
    started.get().context("the server was not started")
}

fn no_case_is_orphaned(cases: &[Case]) -> Result<()> {
    let orphans = case::orphans(cases)?;
    ensure!(orphans.is_empty(), "{}", orphans.join("\n"));
    Ok(())
}

/// Every archive of a package is of a version that an example or its case imports.
fn no_package_is_orphaned() -> Result<()> {
    let root = repository();
    let mut imported = String::new();
    for file in [files(&root.join("examples"))?, files(&root.join("tests/cases/examples"))?].concat() {
        imported.push_str(&std::fs::read_to_string(file)?);
    }
    for file in files(&root.join("tests/packages"))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().replace('+', "/");
        let Some(name) = name.strip_suffix(".tgz") else { continue };
        ensure!(imported.contains(&format!("'npm:{name}")), "nobody imports {name}: run `cargo xtask vendor-packages`");
    }
    Ok(())
}
