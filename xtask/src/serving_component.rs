//! The component in its serving form.
//!
//! The engine's core module takes its memory from a core module `image`, which is an import of the component. So the
//! component is compiled once for all functions, and a function is an image.
//!
//! That memory is there before the engine is, so imports are lowered with it and handed to the engine as they are. The
//! component encoder knows memories of the engine only: it hands over a function of a shim for each import, and fills a
//! table that they call through once the engine is there, which costs every call one more instance and two lookups per
//! import. What is left of it is one function: the engine's allocator, which the results of imports go through.

use crate::core_module;
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use std::collections::BTreeMap;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent, component_utils as utils};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CodeSection, Component, ComponentAliasSection, ComponentImportSection,
    ComponentSectionId, ComponentTypeRef, ConstExpr, CoreTypeSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, ImportSection, InstanceSection, MemoryType, Module, ModuleArg,
    ModuleType, RawSection, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{CanonicalFunction, ComponentAlias, ExternalKind, Instance, Parser, Payload};

/// The engine's allocator, as the canonical ABI calls it.
const REALLOC: &str = "cabi_realloc";

/// Core modules of the component, as the encoder orders them.
const ENGINE: u32 = 0;
const SHIM: u32 = 1;
const FIXUP: u32 = 2;

/// In the serving form, where the image comes first: its instance and memory, then the allocator's.
const IMAGE_INSTANCE: u32 = 0;
const ALLOCATOR_INSTANCE: u32 = 1;
const MEMORY: u32 = 0;
const ALLOCATOR: u32 = 0;

/// Rewrites what the component encoder makes of the engine's core module.
pub fn rewrite(component: &[u8], memory_pages: u64) -> Result<Vec<u8>> {
    let mut serving = Serving::default();
    // Of what is inside of modules and components: those are taken as a whole.
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        let outside = depth == 0;
        match &payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) if !outside => depth -= 1,
            _ => {}
        }
        if outside {
            serving.payload(component, payload, memory_pages)?;
        }
    }
    serving.component.context("the component has no engine").map(Component::finish)
}

#[derive(Default)]
struct Serving<'a> {
    component: Option<Component>,
    modules: u32,
    indices: Indices,
    /// Instances before and after: how many there are.
    instances: (u32, u32),
    /// The instance of the shim, before.
    shim: Option<u32>,
    /// The instance of the engine, before.
    engine: Option<u32>,
    /// Functions of the shim, before, and the names that they have in its table.
    shims: BTreeMap<u32, &'a str>,
    /// The engine's instance and what it imports, until the imports are lowered.
    held: Vec<(u32, Instance<'a>)>,
}

/// Indices before, and after. What is not in a map has its index still.
#[derive(Default)]
struct Indices {
    functions: BTreeMap<u32, u32>,
    instances: BTreeMap<u32, u32>,
    /// Core functions before and after: how many there are.
    count: (u32, u32),
}

impl Indices {
    /// A core function that is in both.
    fn keep(&mut self) {
        self.functions.insert(self.count.0, self.count.1);
        self.count.0 += 1;
        self.count.1 += 1;
    }
}

impl Reencode for Indices {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.functions.get(&index).copied().unwrap_or(index))
    }

    /// There is one.
    fn memory_index(&mut self, _: u32) -> Result<u32, Error<Infallible>> {
        Ok(MEMORY)
    }
}

impl ReencodeComponent for Indices {
    fn module_index(&mut self, index: u32) -> u32 {
        index + 1
    }

    fn instance_index(&mut self, index: u32) -> u32 {
        self.instances.get(&index).copied().unwrap_or(index)
    }
}

impl<'a> Serving<'a> {
    fn payload(&mut self, component: &'a [u8], payload: Payload<'a>, memory_pages: u64) -> Result<()> {
        let content = |range| component.get(range).context("a section lies outside of the component");
        let (id, range) = match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                return self.module(content(unchecked_range)?, memory_pages);
            }
            Payload::InstanceSection(section) => {
                return section.into_iter().try_for_each(|instance| self.instance(instance?));
            }
            Payload::ComponentAliasSection(section) => {
                return section.into_iter().try_for_each(|alias| self.alias(alias?));
            }
            Payload::ComponentCanonicalSection(section) => {
                return section.into_iter().try_for_each(|function| self.canonical(function?));
            }
            // Names of what is somewhere else now.
            Payload::Version { .. } | Payload::CustomSection(_) | Payload::End(_) => return Ok(()),
            Payload::ComponentSection { unchecked_range, .. } => (ComponentSectionId::Component, unchecked_range),
            Payload::ComponentTypeSection(section) => (ComponentSectionId::Type, section.range()),
            Payload::ComponentImportSection(section) => (ComponentSectionId::Import, section.range()),
            Payload::ComponentInstanceSection(section) => (ComponentSectionId::Instance, section.range()),
            Payload::ComponentExportSection(section) => (ComponentSectionId::Export, section.range()),
            other => bail!("the component has a section that the serving form does not know: {other:?}"),
        };
        self.raw(id, content(range)?);
        Ok(())
    }

    fn out(&mut self) -> &mut Component {
        self.component.get_or_insert_with(Component::new)
    }

    fn raw(&mut self, id: ComponentSectionId, data: &[u8]) {
        self.out().section(&RawSection { id: id.into(), data });
    }

    fn module(&mut self, module: &[u8], memory_pages: u64) -> Result<()> {
        let serving = match self.modules {
            ENGINE => {
                self.import_image(memory_pages);
                core_module::serving(module)?
            }
            SHIM => allocator().finish(),
            FIXUP => allocator_of_engine().finish(),
            _ => bail!("the component has more modules than the engine and its shims"),
        };
        self.modules += 1;
        self.raw(ComponentSectionId::CoreModule, &serving);
        Ok(())
    }

    /// `image` becomes core module 0.
    fn import_image(&mut self, memory_pages: u64) {
        let mut image = ModuleType::new();
        let memory =
            MemoryType { minimum: memory_pages, maximum: None, memory64: false, shared: false, page_size_log2: None };
        image.export("memory", EntityType::Memory(memory));
        let mut types = CoreTypeSection::new();
        types.ty().module(&image);
        let mut imports = ComponentImportSection::new();
        imports.import("image", ComponentTypeRef::Module(0));
        self.out().section(&types).section(&imports);
    }

    fn instance(&mut self, instance: Instance<'a>) -> Result<()> {
        let index = self.instances.0;
        self.instances.0 += 1;
        match instance {
            Instance::Instantiate { module_index: SHIM, .. } => {
                self.shim = Some(index);
                self.before_the_engine();
                Ok(())
            }
            Instance::Instantiate { module_index: FIXUP, args } => {
                let args = args.first().context("the shim's table is filled with nothing")?.index;
                self.engine_with(args)
            }
            other => {
                if matches!(other, Instance::Instantiate { module_index: ENGINE, .. }) {
                    self.engine = Some(index);
                }
                self.held.push((index, other));
                Ok(())
            }
        }
    }

    /// The image's memory, and an allocator that has no engine yet.
    fn before_the_engine(&mut self) {
        let mut instances = InstanceSection::new();
        instances.instantiate::<[(&str, ModuleArg); 0], &str>(0, []);
        instances.instantiate::<[(&str, ModuleArg); 0], &str>(SHIM + 1, []);
        let mut aliases = ComponentAliasSection::new();
        let mut alias = |instance, kind, name| {
            aliases.alias(Alias::CoreInstanceExport { instance, kind, name });
        };
        alias(IMAGE_INSTANCE, ExportKind::Memory, "memory");
        alias(ALLOCATOR_INSTANCE, ExportKind::Func, REALLOC);
        self.out().section(&instances).section(&aliases);
        self.instances.1 = 2;
        self.indices.count.1 = 1;
    }

    fn alias(&mut self, alias: ComponentAlias<'a>) -> Result<()> {
        if let ComponentAlias::CoreInstanceExport { kind, instance_index, name } = alias {
            let of = Some(instance_index);
            match kind {
                ExternalKind::Func if of == self.shim => {
                    self.shims.insert(self.indices.count.0, name);
                    self.indices.count.0 += 1;
                    return Ok(());
                }
                ExternalKind::Func if name == REALLOC => {
                    self.indices.functions.insert(self.indices.count.0, ALLOCATOR);
                    self.indices.count.0 += 1;
                    return Ok(());
                }
                ExternalKind::Memory if of == self.engine => return Ok(()),
                ExternalKind::Table if of == self.shim => return Ok(()),
                ExternalKind::Func => self.indices.keep(),
                other => bail!("the component takes a {other:?} named `{name}` from a core instance"),
            }
        }
        let mut section = ComponentAliasSection::new();
        section.alias(utils::component_alias(&mut self.indices, alias).map_err(|error| anyhow!("{error}"))?);
        self.out().section(&section);
        Ok(())
    }

    fn canonical(&mut self, function: CanonicalFunction) -> Result<()> {
        let lifted = matches!(function, CanonicalFunction::Lift { .. });
        let mut section = CanonicalFunctionSection::new();
        utils::parse_component_canonical(&mut self.indices, &mut section, function)
            .map_err(|error| anyhow!("{error}"))?;
        self.out().section(&section);
        if !lifted {
            self.indices.keep();
        }
        Ok(())
    }

    /// The engine, now that its imports are lowered: `filled` is the instance with what fills the shim's table, by the names
    /// of the shim's functions.
    fn engine_with(&mut self, filled: u32) -> Result<()> {
        let at = self.held.iter().position(|(index, _)| *index == filled).context("the shim's table is unknown")?;
        let Instance::FromExports(filling) = self.held.remove(at).1 else {
            bail!("the shim's table is filled from a module");
        };
        let filling: BTreeMap<_, _> = filling
            .iter()
            .filter(|export| export.kind == ExternalKind::Func)
            .map(|export| (export.name, export.index))
            .collect();
        for (shim, name) in std::mem::take(&mut self.shims) {
            let lowered = filling.get(name).with_context(|| format!("nothing is lowered for shim {name}"))?;
            let lowered = self.indices.functions.get(lowered).context("a function is lowered nowhere")?;
            self.indices.functions.insert(shim, *lowered);
        }
        let mut instances = InstanceSection::new();
        let mut engine = None;
        for (index, instance) in std::mem::take(&mut self.held) {
            match instance {
                Instance::Instantiate { module_index: ENGINE, args } => {
                    ensure!(engine.is_none(), "the component has two engines");
                    engine = Some(self.instances.1);
                    let args = args.iter().map(|arg| {
                        (
                            arg.name,
                            ModuleArg::Instance(self.indices.instances.get(&arg.index).copied().unwrap_or_default()),
                        )
                    });
                    let image = [("image", ModuleArg::Instance(IMAGE_INSTANCE))];
                    instances.instantiate(ENGINE + 1, args.chain(image).collect::<Vec<_>>());
                }
                other => utils::parse_instance(&mut self.indices, &mut instances, other)
                    .map_err(|error| anyhow!("{error}"))?,
            }
            self.indices.instances.insert(index, self.instances.1);
            self.instances.1 += 1;
        }
        let engine = engine.context("the component has no instance of the engine")?;
        instances.instantiate(
            FIXUP + 1,
            [("allocator", ModuleArg::Instance(ALLOCATOR_INSTANCE)), ("engine", ModuleArg::Instance(engine))],
        );
        self.instances.1 += 1;
        self.out().section(&instances);
        Ok(())
    }
}

fn realloc_type() -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    types
}

const TABLE: TableType =
    TableType { element_type: RefType::FUNCREF, table64: false, minimum: 1, maximum: Some(1), shared: false };

/// An allocator that calls what its table holds.
fn allocator() -> Module {
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut tables = TableSection::new();
    tables.table(TABLE);
    let mut exports = ExportSection::new();
    exports.export("table", ExportKind::Table, 0).export(REALLOC, ExportKind::Func, 0);
    let mut body = Function::new([]);
    let mut code = body.instructions();
    for parameter in 0..4 {
        code.local_get(parameter);
    }
    code.i32_const(0).call_indirect(0, 0).end();
    let mut bodies = CodeSection::new();
    bodies.function(&body);
    let mut module = Module::new();
    module.section(&realloc_type()).section(&functions).section(&tables).section(&exports).section(&bodies);
    module
}

/// Puts the engine's allocator into that table.
fn allocator_of_engine() -> Module {
    let mut imports = ImportSection::new();
    imports.import("allocator", "table", TABLE).import("engine", REALLOC, EntityType::Function(0));
    let mut elements = ElementSection::new();
    elements.active(None, &ConstExpr::i32_const(0), Elements::Functions([0].as_slice().into()));
    let mut module = Module::new();
    module.section(&realloc_type()).section(&imports).section(&elements);
    module
}
