//! Evaluates a module inside the engine and takes the heap image. Nothing leaves the sandbox while it runs: the clock
//! stands still, the network and randomness are out of reach, so the same source gives the same image.

use crate::link;
use ramekin_support::{Modules, intl, text};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::component::{
    Component, ComponentType, InstancePre, Lift, Linker, Lower, Resource, ResourceTable, ResourceType, WasmList,
    WasmStr,
};
use wasmtime::{Engine, Module, ResourceLimiter, Store, StoreContextMut};

const INIT: &str = "ramekin:function/init@0.1.0";

/// The variable by which libraries tell production from development. Many read it at their top level, and it is no secret: an
/// image may hold it like anything else that the deploy was made of.
pub const MODE_VARIABLE: &str = "NODE_ENV";

/// Caps and inputs of one evaluation.
#[derive(Debug, Clone)]
pub struct Setting {
    /// What `Date.now()` says, in nanoseconds since 1970.
    pub wall_clock_ns: u64,
    /// Environment variables that the top level may read.
    pub environment: BTreeMap<String, String>,
    /// Units of wasmtime fuel.
    pub fuel: u64,
    /// Fuel after which the evaluation gives way to other tasks.
    pub fuel_slice: u64,
    /// Largest linear memory, in bytes.
    pub memory: usize,
    /// Most lines kept of what the module writes with `console`.
    pub console_lines: usize,
    /// Most characters kept of one of them.
    pub console_line: usize,
}

impl Default for Setting {
    /// Ample caps for sources that are trusted, a clock at 1970 and no environment.
    fn default() -> Self {
        Self {
            wall_clock_ns: 0,
            environment: BTreeMap::new(),
            fuel: u64::MAX,
            fuel_slice: 1_000_000,
            memory: 1 << 30,
            console_lines: 100,
            console_line: 10_000,
        }
    }
}

/// What evaluating gave.
#[derive(Debug)]
pub struct Snapshot {
    /// The image module.
    pub image: Vec<u8>,
    /// The module exports a handler or registered one.
    pub has_handler: bool,
    /// It read environment variables other than [`MODE_VARIABLE`]: the image holds secrets.
    pub read_environment: bool,
    /// Lines it wrote with `console`: level and text.
    pub console: Vec<(u8, String)>,
    /// What evaluating cost, in wasmtime fuel.
    pub fuel_used: u64,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// QuickJS cannot parse the module.
    #[error("{0}")]
    Syntax(String, Option<String>),
    /// The module's top level threw, or its `warmup` did.
    #[error("{0}")]
    Threw(String, Option<String>),
    /// The top level did what only a call can do.
    #[error("the top level uses {0}")]
    NeedsCall(String),
    /// The top level ran out of its fuel.
    #[error("the module's top level, or its `warmup`, did not finish within its time limit")]
    TooLong,
    /// The top level ran out of memory.
    #[error("the module's top level, or its `warmup`, needs more than its memory limit")]
    TooLarge,
    /// The engine itself failed.
    #[error("the engine failed: {0}")]
    Engine(#[from] wasmtime::Error),
}

/// A source to evaluate.
#[derive(Debug, ComponentType, Lower)]
#[component(record)]
pub struct ModuleSource {
    /// Stands in stack traces.
    pub name: String,
    /// One ES module in JavaScript.
    pub code: String,
}

/// When the module is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum Startup {
    /// At deploy; the image holds the evaluated module.
    #[component(name = "snapshot")]
    Snapshot,
    /// At the start of each call; the image holds the parsed module.
    #[component(name = "per-request")]
    PerRequest,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
struct Evaluated {
    #[component(name = "has-handler")]
    has_handler: bool,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
struct Thrown {
    message: String,
    stack: Option<String>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(variant)]
enum Failure {
    #[component(name = "syntax")]
    Syntax(Thrown),
    #[component(name = "threw")]
    Threw(Thrown),
    #[component(name = "needs-call")]
    NeedsCall(String),
}

#[derive(Debug, Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "the variants are made by lifting")]
enum Level {
    #[component(name = "debug")]
    Debug,
    #[component(name = "log")]
    Log,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

struct Host {
    setting: Setting,
    modules: Arc<Modules>,
    table: ResourceTable,
    image: Option<Vec<u8>>,
    console: Vec<(u8, String)>,
    refused: bool,
    read_environment: bool,
}

impl ResourceLimiter for Host {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= self.setting.memory;
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000)
    }
}

/// Evaluates modules, starting from one image.
#[derive(Clone)]
pub struct Evaluator {
    pre: InstancePre<Host>,
    modules: Arc<Modules>,
}

impl Evaluator {
    /// An evaluator that starts from the image module `from`, with the engine's own modules that are not in it.
    ///
    /// # Errors
    /// When the engine and the image do not fit together.
    pub fn new(
        engine: &Engine,
        component: &Component,
        from: &Module,
        modules: Arc<Modules>,
    ) -> Result<Self, SnapshotError> {
        let mut linker = Linker::<Host>::new(engine);
        linker.root().module("image", from)?;
        linker.define_unknown_imports_as_traps(component)?;
        linker.allow_shadowing(true);
        add_to_linker(&mut linker)?;
        Ok(Self { pre: linker.instantiate_pre(component)?, modules })
    }

    fn store(&self, setting: Setting) -> Result<Store<Host>, SnapshotError> {
        let (fuel, slice, memory) = (setting.fuel, setting.fuel_slice, setting.memory);
        let (modules, table) = (Arc::clone(&self.modules), ResourceTable::new());
        let host =
            Host { setting, modules, table, image: None, console: Vec::new(), refused: false, read_environment: false };
        let mut store = Store::new(self.pre.engine(), host);
        store.limiter(|host| host);
        // What the engine may hand out at once: the image is the whole memory.
        store.set_hostcall_fuel(memory);
        store.set_fuel(fuel)?;
        store.fuel_async_yield_interval(Some(slice))?;
        Ok(store)
    }

    /// Calls a function of the engine's interface `init`.
    async fn call<P, R>(&self, store: &mut Store<Host>, name: &str, params: P) -> Result<R, SnapshotError>
    where
        P: wasmtime::component::ComponentNamedList + Lower + Send + Sync,
        R: Lift + Send + Sync + 'static,
        (R,): wasmtime::component::ComponentNamedList + Lift,
    {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        let missing = || wasmtime::Error::msg(format!("the engine exports no `{name}`"));
        let interface = instance.get_export_index(&mut *store, None, INIT).ok_or_else(missing)?;
        let function = instance.get_export_index(&mut *store, Some(&interface), name).ok_or_else(missing)?;
        let function = instance.get_typed_func::<P, (R,)>(&mut *store, &function)?;
        match function.call_async(&mut *store, params).await {
            Ok((result,)) => Ok(result),
            Err(_) if store.data().refused => Err(SnapshotError::TooLarge),
            Err(error) if matches!(error.downcast_ref(), Some(wasmtime::Trap::OutOfFuel)) => {
                Err(SnapshotError::TooLong)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Evaluates a module and takes the image. The caller bounds the wall time by dropping the future.
    ///
    /// # Errors
    /// See [`SnapshotError`]; nothing is kept of a failed evaluation.
    pub async fn evaluate(
        &self,
        source: ModuleSource,
        startup: Startup,
        setting: Setting,
    ) -> Result<Snapshot, SnapshotError> {
        let fuel = setting.fuel;
        let mut store = self.store(setting)?;
        let outcome: Result<Evaluated, Failure> = self.call(&mut store, "evaluate", (source, startup)).await?;
        let fuel_used = fuel.saturating_sub(store.get_fuel()?);
        let host = store.into_data();
        match (outcome, host.image) {
            (Ok(evaluated), Some(image)) => Ok(Snapshot {
                image,
                has_handler: evaluated.has_handler,
                read_environment: host.read_environment,
                console: host.console,
                fuel_used,
            }),
            (Ok(_), None) => Err(wasmtime::Error::msg("no image was taken").into()),
            (Err(Failure::Syntax(thrown)), _) => Err(SnapshotError::Syntax(thrown.message, thrown.stack)),
            (Err(Failure::Threw(thrown)), _) if host.refused && thrown.message == "out of memory" => {
                Err(SnapshotError::TooLarge)
            }
            (Err(Failure::Threw(thrown)), _) => Err(SnapshotError::Threw(thrown.message, thrown.stack)),
            (Err(Failure::NeedsCall(what)), _) => Err(SnapshotError::NeedsCall(what)),
        }
    }

    /// Compiles one module of the engine's JavaScript half.
    ///
    /// # Errors
    /// A syntax error, as text.
    pub async fn precompile(&self, name: &str, source: &str) -> Result<Vec<u8>, SnapshotError> {
        let mut store = self.store(Setting::default())?;
        let compiled: Result<Vec<u8>, String> = self.call(&mut store, "precompile", (name, source)).await?;
        compiled.map_err(|text| SnapshotError::Syntax(text, None))
    }

    /// Loads the JavaScript half and takes the base image: what every function's image starts from.
    ///
    /// # Errors
    /// What a module threw, as text.
    pub async fn bootstrap(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut store = self.store(Setting::default())?;
        let outcome: Result<(), String> = self.call(&mut store, "bootstrap", ()).await?;
        outcome.map_err(|text| SnapshotError::Threw(text, None))?;
        store.into_data().image.ok_or_else(|| wasmtime::Error::msg("no image was taken").into())
    }
}

fn add_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    let mut snapshot = linker.instance("ramekin:function/snapshot@0.1.0")?;
    snapshot.func_wrap("take", |mut store: StoreContextMut<'_, Host>, (memory,): (WasmList<u8>,)| {
        let image = link::image(memory.as_le_slice(&store));
        store.data_mut().image = Some(image);
        Ok(())
    })?;
    let mut clocks = linker.instance("ramekin:function/clocks@0.1.0")?;
    clocks
        .func_wrap("wall-now", |store: StoreContextMut<'_, Host>, (): ()| Ok((store.data().setting.wall_clock_ns,)))?;
    clocks.func_wrap("monotonic-now", |_: StoreContextMut<'_, Host>, (): ()| Ok((0_u64,)))?;
    let mut environment = linker.instance("ramekin:function/environment@0.1.0")?;
    environment.func_wrap("get", |mut store: StoreContextMut<'_, Host>, (name,): (String,)| {
        let host = store.data_mut();
        host.read_environment |= name != MODE_VARIABLE;
        Ok((host.setting.environment.get(&name).cloned(),))
    })?;
    environment.func_wrap("entries", |mut store: StoreContextMut<'_, Host>, (): ()| {
        store.data_mut().read_environment = true;
        let entries: Vec<_> = store.data().setting.environment.clone().into_iter().collect();
        Ok((entries,))
    })?;
    add_support_to_linker(linker)?;
    let mut log = linker.instance("ramekin:function/log@0.1.0")?;
    log.func_wrap("write", |mut store: StoreContextMut<'_, Host>, (level, message): (Level, WasmStr)| {
        let (lines, characters) = (store.data().setting.console_lines, store.data().setting.console_line);
        if store.data().console.len() < lines {
            // Cut while it is still the sandbox's: a line may be as long as its memory is large.
            let line = first_characters(&message.to_str(&store)?, characters).to_owned();
            store.data_mut().console.push((level as u8, line));
        }
        Ok(())
    })
}

/// What the engine leaves to its host wherever it runs.
fn add_support_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    let mut modules = linker.instance("ramekin:function/modules@0.1.0")?;
    modules.func_wrap("load", |store: StoreContextMut<'_, Host>, (name,): (String,)| {
        Ok((store.data().modules.get(&name).map(<[u8]>::to_vec),))
    })?;
    add_intl_to_linker(linker)?;
    let mut interface = linker.instance("ramekin:function/text@0.1.0")?;
    interface
        .func_wrap("encoding", |_: StoreContextMut<'_, Host>, (label,): (String,)| Ok((text::encoding(&label),)))?;
    interface.func_wrap("domain-to-ascii", |_: StoreContextMut<'_, Host>, (domain,): (Vec<u8>,)| {
        Ok((text::domain_to_ascii(&domain),))
    })?;
    interface.func_wrap("domain-to-unicode", |_: StoreContextMut<'_, Host>, (domain,): (String,)| {
        Ok((text::domain_to_unicode(&domain),))
    })?;
    interface.resource("decoder", ResourceType::host::<text::Decoder>(), |mut store, rep| {
        store.data_mut().table.delete(Resource::<text::Decoder>::new_own(rep))?;
        Ok(())
    })?;
    interface.func_wrap(
        "[constructor]decoder",
        |mut store: StoreContextMut<'_, Host>, (encoding, fatal, keep_bom): (String, bool, bool)| {
            Ok((store.data_mut().table.push(text::Decoder::new(&encoding, fatal, keep_bom))?,))
        },
    )?;
    interface.func_wrap(
        "[method]decoder.decode",
        |mut store: StoreContextMut<'_, Host>, (decoder, bytes, last): (Resource<text::Decoder>, Vec<u8>, bool)| {
            Ok((store.data_mut().table.get_mut(&decoder)?.decode(&bytes, last),))
        },
    )
}

#[derive(Debug, Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "made by lifting only")]
enum Granularity {
    #[component(name = "grapheme")]
    Grapheme,
    #[component(name = "word")]
    Word,
    #[component(name = "sentence")]
    Sentence,
}

fn add_intl_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    let mut interface = linker.instance("ramekin:function/intl@0.1.0")?;
    interface.func_wrap("time-zone", |_: StoreContextMut<'_, Host>, (name,): (String,)| {
        Ok((intl::time_zone(&name).map(str::to_owned),))
    })?;
    interface.func_wrap("time-zones", |_: StoreContextMut<'_, Host>, (): ()| Ok((intl::time_zones(),)))?;
    interface.func_wrap("offset", |_: StoreContextMut<'_, Host>, (zone, at): (String, i64)| {
        Ok((intl::offset(&zone, at),))
    })?;
    interface.func_wrap("boundaries", |_: StoreContextMut<'_, Host>, (text, by): (String, Granularity)| {
        let by = match by {
            Granularity::Grapheme => intl::Granularity::Grapheme,
            Granularity::Word => intl::Granularity::Word,
            Granularity::Sentence => intl::Granularity::Sentence,
        };
        Ok((intl::boundaries(&text, by),))
    })
}

/// The beginning of a text.
fn first_characters(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::first_characters;

    #[test]
    fn a_text_is_cut_after_so_many_characters() {
        assert_eq!(["", "ä", "äö", "äöü"].map(|text| first_characters(text, 2)), ["", "ä", "äö", "äö"]);
    }
}
