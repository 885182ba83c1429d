//! `ramekin dev`: serves the functions of a folder, and serves them anew when they change. A version that does not build is
//! shown with what is wrong, and the last good one goes on serving. So it is with the tables of the folder's app.

mod folder;
mod printer;
mod schema;
mod settings;

use super::exit_code::CliError;
use super::output::{Style, Terminal, printable};
use super::sources::Gathered;
use super::{Common, listen, public_url, raise_file_limit};
use crate::cli::private_file;
use crate::config::{self, Config, Variables, env_var};
use crate::ops::apps::is_name;
use crate::ops::deploy::{DeployError, Terms, warnings};
use crate::ops::functions::DeleteError;
use crate::platform::{
    Background, Database, Opened, Platform, PlatformError, PlatformOptions, open_database, prepare_sandbox,
};
use crate::server::front::Front;
use crate::server::state::{AppState, PublicUrl};
use crate::{server, shutdown, telemetry};
use clap::Args;
use folder::{Folder, FunctionFile, SCHEMA_FILE};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use printer::Printer;
use ramekin_model::{App, By, FunctionName, Precondition, Receipt};
use ramekin_store::embedded::EmbeddedError;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the folder is looked at.
const POLL: Duration = Duration::from_millis(300);
/// For how long all functions are awaited before those that are deployed are shown: packages may have to come from far away.
const PATIENCE: Duration = Duration::from_secs(3);

/// Serve the functions of a folder while you write them.
///
/// Every *.ts, *.js, *.mts and *.mjs file of the folder is a function named after the file; those that begin with `_` or `.`
/// and *.test.* are not. A function can import files of the folder, such as `./_lib/util.ts`, and packages. `.env` in the folder sets environment variables for all of them. `<name>.json` beside a function
/// holds its settings: auth (default `none` here), timeoutMs, memoryLimitMb, envVars, triggers, description.
///
/// `_schema.json` holds the tables of the folder's app, and in `rls` who sees which rows; docs/schema.md says how. It is
/// applied before the functions are deployed, and again when it changes.
#[derive(Debug, Args)]
pub struct Dev {
    /// Folder of the functions.
    #[arg(default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    common: Common,
    /// Folder of the embedded database [default: .ramekin in the folder of the functions, or one in your cache].
    #[arg(long, env = env_var::DATA_DIR)]
    data_dir: Option<PathBuf>,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the server cannot start.
pub async fn run(dev: Dev, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    // Compiling the engine takes a while, and is worth a line.
    telemetry::start(dev.common.log_format, "warn,sqlx=error,ramekin_runner::exec=info", terminal.color());
    raise_file_limit();
    let begun = Instant::now();
    let unreadable = |source| CliError::Folder { path: dev.dir.display().to_string(), source };
    let dir = dev.dir.canonicalize().map_err(unreadable)?;
    Folder::scan(&dir).map_err(unreadable)?;
    let config = Config::read(variables)?;
    let listener = listen(&dev.common.listen).await?;
    let url = public_url(&config, &listener)?;
    let (printer, printing) = Printer::start(*terminal)?;
    let stopping = printer.clone();
    let shutdown = shutdown::on_signal(move || stopping.say("\nstopping; ctrl-c again to stop at once"))?;
    printer.say(format!("\n  {}  {}\n", printer.paint(Style::Bold, "ramekin dev"), dir.display()));

    let (platform, background, data_dir) =
        open(dev.data_dir.as_deref(), &dir, &url, &config, variables, &printer).await?;
    let platform = Arc::new(platform);
    let key_file = account_key(&platform, &config, &data_dir).await?;
    let app = app(&platform, &dir).await?;
    let front = Front::new(AppState(Arc::clone(&platform)));
    let serving = tokio::spawn(server::serve(listener, front, shutdown.clone()));

    let mut watch = Watch {
        url: PublicUrl::new(url.into(), None),
        platform: Arc::clone(&platform),
        app,
        dir,
        printer: printer.clone(),
        seen: Folder::default(),
    };
    let look = tokio::select! {
        biased;
        () = shutdown.cancelled() => None,
        look = watch.first() => Some(look),
    };
    if look.is_some() {
        let key = key_file.display();
        let took = begun.elapsed().as_secs_f64();
        let text = format!("\n  ready in {took:.1} s, watching for changes; the account key is in {key}\n");
        printer.say(printer.paint(Style::Dim, &text));
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = watch.run() => {}
        }
    }
    let _ = serving.await;
    background.close().await;
    drop((watch, platform, printer));
    // Every printer is gone now, so the thread ends when it has printed what was said.
    let printed = tokio::task::spawn_blocking(|| printing.join());
    let _ = tokio::time::timeout(Duration::from_secs(1), printed).await;
    Ok(())
}

/// Opens a database in the first of the possible data folders that works, and the platform on it.
async fn open(
    given: Option<&Path>,
    dir: &Path,
    url: &str,
    config: &Config,
    variables: &Variables,
    printer: &Printer,
) -> Result<(Platform, Background, PathBuf), CliError> {
    let cache = config::default_cache_dir(variables);
    let mut places = match given {
        Some(dir) => vec![std::path::absolute(dir)?],
        None => vec![dir.join(".ramekin")],
    };
    if let (None, Ok(cache)) = (given, &cache) {
        places.push(cache.join("dev").join(hash(dir)));
    }
    // Compiled code is the same for every folder.
    let caches = cache.or_else(|error| places.first().map(|place| place.join("cache")).ok_or(error))?;
    let sandbox = prepare_sandbox(caches.join("engine"), config);
    let (database, data_dir) = open_first(places, &caches).await?;
    let options = PlatformOptions {
        database,
        sandbox,
        key_file: data_dir.join("secret.key"),
        packages_dir: caches.join("packages"),
        public_url: url.to_owned(),
        config: config.clone(),
        observer: Some(Arc::new(printer.clone())),
    };
    let (platform, background) = Platform::open(options).await?;
    Ok((platform, background, data_dir))
}

async fn open_first(places: Vec<PathBuf>, caches: &Path) -> Result<(Opened, PathBuf), CliError> {
    let mut failure = None;
    for place in places {
        let opened = match prepare(&place) {
            Err(source) => Err(PlatformError::Folder { path: place.clone(), source }),
            Ok(()) => {
                let (state_dir, cache_dir) = (place.join("postgres"), caches.to_path_buf());
                open_database(Database::Embedded { state_dir, cache_dir }).await
            }
        };
        match opened {
            Ok(opened) => return Ok((opened, place)),
            Err(error) if is_about_the_place(&error) => failure = Some(failure.unwrap_or(error)),
            Err(error) => return Err(error.into()),
        }
    }
    Err(failure.map_or(config::ConfigError::NoHome.into(), CliError::from))
}

/// Whether another folder may work.
fn is_about_the_place(error: &PlatformError) -> bool {
    matches!(
        error,
        PlatformError::Folder { .. }
            | PlatformError::Embedded(
                EmbeddedError::Unreachable { .. } | EmbeddedError::OtherOwner { .. } | EmbeddedError::Io { .. }
            )
    )
}

/// Makes a data folder that version control leaves alone.
fn prepare(data_dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(data_dir)?;
    let ignore = data_dir.join(".gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

fn hash(path: &Path) -> String {
    let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A key to the API, kept in the data folder: here it opens nothing but this machine's own functions.
async fn account_key(platform: &Platform, config: &Config, data_dir: &Path) -> Result<PathBuf, CliError> {
    let path = data_dir.join("account.key");
    if let Some(key) = platform.bootstrap(config.bootstrap_key.as_ref()).await? {
        private_file::replace(&path, format!("{}\n", key.expose()).as_bytes())?;
    }
    Ok(path)
}

/// The app of a folder, named after it.
async fn app(platform: &Platform, dir: &Path) -> Result<Arc<App>, CliError> {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let name = if is_name(&name) { &name } else { "dev" };
    let by = By::owner(platform.owner);
    let made = platform.store.apps().create_by(platform.owner, name, None, Some(&by)).await;
    let (app, _) = made.map_err(PlatformError::from)?;
    platform.registry().know(&app).await.map_err(PlatformError::from)?;
    Ok(Arc::new(app))
}

/// Looks from now on at what functions import that are not as they were.
fn follow(now: &mut Folder, before: Option<&Folder>) {
    for (name, file) in &mut now.functions {
        if before.is_none_or(|before| before.functions.get(name) != Some(file)) {
            // One that cannot be read now is looked at again when it changes.
            file.follow(Gathered::of(&file.source).map(|gathered| gathered.others).unwrap_or_default());
        }
    }
}

struct Watch {
    platform: Arc<Platform>,
    app: Arc<App>,
    url: PublicUrl,
    dir: PathBuf,
    printer: Printer,
    seen: Folder,
}

impl Watch {
    /// Deploys everything, and removes what an earlier run has left.
    async fn first(&mut self) {
        let mut now = Folder::scan(&self.dir).unwrap_or_default();
        let known = self.platform.registry().app(self.app.id.as_str());
        for name in known.iter().flat_map(|app| app.function_names()) {
            if !now.functions.contains_key(name) {
                let _ = self.remove(name).await;
            }
        }
        if let Some(changed) = self.tables().await {
            let name = self.printer.paint(Style::Cyan, &format!("{SCHEMA_FILE:<18}"));
            self.printer.say(format!("  {name} {changed}"));
        }
        if now.functions.is_empty() {
            self.printer
                .say(format!("  there is no function yet: write one to {}", self.dir.join("hello.ts").display()));
        }
        for (path, why) in &now.refused {
            self.refused(path, why);
        }
        self.deploy_all(&now).await;
        follow(&mut now, None);
        self.seen = now;
    }

    /// Deploys all functions at once, and shows them in order; those that take long come last.
    async fn deploy_all(&self, now: &Folder) {
        let deploys = now.functions.iter().map(|(name, file)| async move { (name, self.deploy(name, file).await) });
        let mut under_way: FuturesUnordered<_> = deploys.collect();
        let mut done = BTreeMap::new();
        let soon = async {
            while let Some((name, outcome)) = under_way.next().await {
                done.insert(name, outcome);
            }
        };
        let all = tokio::time::timeout(PATIENCE, soon).await.is_ok();
        // What can be called stands together.
        let (good, bad): (Vec<_>, Vec<_>) = done.iter().partition(|(_, outcome)| outcome.is_ok());
        for (name, outcome) in good.into_iter().chain(bad) {
            self.show(name, outcome);
        }
        if all {
            return;
        }
        let late: Vec<&str> =
            now.functions.keys().filter(|name| !done.contains_key(name)).map(FunctionName::as_str).collect();
        let text = format!("  … on their way: {}; packages are downloaded when they are first used", late.join(", "));
        self.printer.say(self.printer.paint(Style::Dim, &text));
        while let Some((name, outcome)) = under_way.next().await {
            self.show(name, &outcome);
        }
    }

    /// A function as it is when everything begins.
    fn show(&self, name: &FunctionName, outcome: &Result<Receipt, String>) {
        match outcome {
            Ok(deployed) => {
                let url = self.url.of_function(self.app.id.as_str(), name);
                let padded = self.printer.paint(Style::Cyan, &format!("{:<18}", name.as_str()));
                self.printer.say(format!("  {padded} {url}{}", self.note(deployed)));
                self.console(name, deployed);
            }
            Err(why) => self.failed(name, why),
        }
    }

    /// Follows the folder.
    async fn run(&mut self) {
        loop {
            tokio::time::sleep(POLL).await;
            // A folder that is away for a moment is not an empty one.
            let Ok(mut now) = Folder::scan(&self.dir) else { continue };
            for (name, file) in &mut now.functions {
                if let Some(before) = self.seen.functions.get(name) {
                    file.as_before(before);
                }
            }
            if now != self.seen {
                self.step(&now).await;
                follow(&mut now, Some(&self.seen));
                self.seen = now;
            }
        }
    }

    async fn step(&self, now: &Folder) {
        if now.schema != self.seen.schema
            && let Some(changed) = self.tables().await
        {
            self.printer.about(SCHEMA_FILE, &self.printer.paint(Style::Green, &changed));
        }
        for name in self.seen.functions.keys().filter(|name| !now.functions.contains_key(*name)) {
            match self.remove(name.as_str()).await {
                Ok(_) => self.printer.about(name.as_str(), "removed"),
                Err(error) => self.failed(name, &error.to_string()),
            }
        }
        for (path, why) in now.refused.iter().filter(|(path, _)| !self.seen.refused.contains_key(*path)) {
            self.refused(path, why);
        }
        for (name, file) in &now.functions {
            if self.seen.functions.get(name) == Some(file) {
                continue;
            }
            let begun = Instant::now();
            let served = self.is_served(name);
            match self.deploy(name, file).await {
                Ok(deployed) => {
                    let took = format!("{} ms", begun.elapsed().as_millis());
                    let url = self.url.of_function(self.app.id.as_str(), name);
                    let (what, address) =
                        if served { ("updated", String::new()) } else { ("added", format!(" {url}")) };
                    let text = format!(
                        "{} in {took}{address}{}",
                        self.printer.paint(Style::Green, what),
                        self.note(&deployed)
                    );
                    self.printer.about(name.as_str(), &text);
                    self.console(name, &deployed);
                }
                Err(why) => self.failed(name, &why),
            }
        }
    }

    /// Brings the tables to what the folder says. Returns what was changed, in words.
    async fn tables(&self) -> Option<String> {
        match schema::apply(&self.platform, &self.app, &self.dir).await {
            Ok(changed) => changed.text(),
            Err(error) => {
                let outcome = self.printer.paint(Style::Red, error.outcome());
                self.printer.about(SCHEMA_FILE, &format!("{outcome}\n{}", printable(&error.to_string())));
                None
            }
        }
    }

    async fn remove(&self, name: &str) -> Result<bool, DeleteError> {
        let by = By::owner(self.platform.owner);
        self.platform.functions.delete(&self.app, name, Precondition::None, by).await
    }

    async fn deploy(&self, name: &FunctionName, file: &FunctionFile) -> Result<Receipt, String> {
        let deploy = settings::read(&self.dir, name, file)?;
        let terms = Terms::plain(By::owner(self.platform.owner));
        let deployed = self.platform.deploys.deploy(&self.app, deploy, terms).await;
        deployed.map(|deployed| deployed.receipt).map_err(|error| match error {
            // Nothing of the folder has to change for it, so there is nothing that would be noticed.
            DeployError::Registry(why) => format!("{why}: save the file to deploy it again"),
            other => other.to_string(),
        })
    }

    /// What the author should know of how a function starts, and of what does not start it.
    fn note(&self, deployed: &Receipt) -> String {
        let per_request =
            deployed.per_request.iter().map(|reason| format!("evaluated on each call: its top level uses {reason}"));
        let notes = per_request.chain(warnings(deployed).into_iter().map(|warning| warning.message));
        notes.map(|note| self.printer.paint(Style::Yellow, &format!("  ({note})"))).collect()
    }

    fn console(&self, name: &FunctionName, deployed: &Receipt) {
        for line in &deployed.console {
            crate::ops::call::Observer::line(&self.printer, name.as_str(), line);
        }
    }

    fn is_served(&self, name: &FunctionName) -> bool {
        let app = self.platform.registry().app(self.app.id.as_str());
        app.is_some_and(|app| app.function(name.as_str()).is_some())
    }

    fn failed(&self, name: &FunctionName, why: &str) {
        let what =
            if self.is_served(name) { "not updated; the version before goes on serving" } else { "not deployed" };
        let text = format!("{}\n{}", self.printer.paint(Style::Red, what), printable(why));
        self.printer.about(name.as_str(), &text);
    }

    fn refused(&self, path: &Path, why: &str) {
        let name = path.file_name().unwrap_or_default().display().to_string();
        self.printer.say(format!("  {} {name}: {why}", self.printer.paint(Style::Yellow, "skipped")));
    }
}
