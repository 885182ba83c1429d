//! What the bundler asks while it works: where an import leads, and what a module's text is. It gets every answer here and
//! looks for nothing itself.

use crate::paths::extension_of;
use crate::request::{Problem, ProblemKind};
use crate::resolve::{Found, Manner, Resolver, made};
use rolldown_common::{ImportKind, ModuleType, ResolvedExternal};
use rolldown_plugin::{
    HookLoadArgs, HookLoadOutput, HookLoadReturn, HookResolveIdArgs, HookResolveIdOutput, HookResolveIdReturn,
    HookUsage, Plugin, PluginContext, SharedLoadPluginContext,
};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

/// Problems that are kept: the first ones are the ones to mend.
const MAX_PROBLEMS: usize = 20;

/// Problems found while bundling.
pub(crate) type Problems = Arc<Mutex<Vec<Problem>>>;

/// The answers to one request.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) resolver: Arc<Resolver>,
    pub(crate) problems: Problems,
}

impl Answers {
    fn found(&self, args: &HookResolveIdArgs<'_>) -> Option<HookResolveIdOutput> {
        let Some(importer) = args.importer else {
            // The entry is given as the id that it is.
            return Some(HookResolveIdOutput::from_id(args.specifier));
        };
        // Modules of the bundler's own.
        let own = |text: &str| {
            text.starts_with("\0rolldown") || text.starts_with("rolldown:") || text.starts_with("@oxc-project/runtime/")
        };
        if own(args.specifier) || own(importer) || importer.starts_with("\0@oxc-project") {
            return None;
        }
        let manner = match args.kind {
            ImportKind::Import => Manner::Static,
            ImportKind::Require => Manner::Require,
            ImportKind::DynamicImport
            | ImportKind::AtImport
            | ImportKind::UrlImport
            | ImportKind::NewUrl
            | ImportKind::HotAccept => Manner::Dynamic,
        };
        Some(match self.resolver.resolve(args.specifier, importer, manner) {
            Ok(Found::Module(id, json)) => HookResolveIdOutput {
                package_json_path: json.map(|json| json.display().to_string()),
                ..HookResolveIdOutput::from_id(id)
            },
            Ok(Found::External(module)) => external(&module),
            Err(problem) => {
                self.note(problem);
                // So that the rest is looked at too.
                external(args.specifier)
            }
        })
    }

    fn note(&self, problem: Problem) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        if problems.len() < MAX_PROBLEMS && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

fn external(module: &str) -> HookResolveIdOutput {
    HookResolveIdOutput { external: Some(ResolvedExternal::Bool(true)), ..HookResolveIdOutput::from_id(module) }
}

impl Plugin for Answers {
    fn name(&self) -> Cow<'static, str> {
        "ramekin".into()
    }

    async fn resolve_id(&self, _ctx: &PluginContext, args: &HookResolveIdArgs<'_>) -> HookResolveIdReturn {
        Ok(self.found(args))
    }

    async fn load(&self, _ctx: SharedLoadPluginContext, args: &HookLoadArgs<'_>) -> HookLoadReturn {
        match self.resolver.text(args.id) {
            Ok(Some(text)) => {
                let code = text.strip_prefix('\u{feff}').unwrap_or(&text);
                let prefix = self.resolver.jsx_prefix(args.id, code);
                let code = if prefix.is_empty() { code.into() } else { format!("{prefix}{code}").into() };
                let module_type = Some(module_type(args.id));
                Ok(Some(HookLoadOutput { code, module_type, ..HookLoadOutput::default() }))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                let file = self.resolver.shown(args.id);
                let message = format!("cannot read `{file}`: {error}");
                self.note(Problem { file, ..Problem::general(ProblemKind::Other, message) });
                Ok(Some(HookLoadOutput {
                    code: "".into(),
                    module_type: Some(ModuleType::Js),
                    ..HookLoadOutput::default()
                }))
            }
        }
    }

    fn register_hook_usage(&self) -> HookUsage {
        HookUsage::ResolveId | HookUsage::Load
    }
}

/// What a file is by its extension.
fn module_type(id: &str) -> ModuleType {
    if id.starts_with(made::MISSING) || id.starts_with(made::REQUIRE) || id == made::EMPTY {
        return ModuleType::Js;
    }
    match extension_of(id) {
        "ts" | "mts" | "cts" => ModuleType::Ts,
        "tsx" => ModuleType::Tsx,
        "jsx" => ModuleType::Jsx,
        "json" => ModuleType::Json,
        "txt" | "md" | "sql" | "html" | "svg" | "csv" => ModuleType::Text,
        _ => ModuleType::Js,
    }
}
