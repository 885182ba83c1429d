//! The component in its serving form: the engine's core module takes its memory from a core module `image`, which is an
//! import of the component. So the component is compiled once for all functions, and a function is an image.

use crate::core_module;
use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasm_encoder::{
    Component, ComponentImportSection, ComponentTypeRef, CoreTypeSection, EntityType, InstanceSection, MemoryType,
    ModuleArg, ModuleType, RawSection,
};
use wasmparser::Parser;

/// Rewrites what the component encoder makes of the engine's core module.
pub fn rewrite(component: &[u8], memory_pages: u64) -> Result<Vec<u8>> {
    let mut out = Component::new();
    let mut rewrite = Rewrite { memory_pages, modules: 0, failed: None };
    rewrite.parse_component(&mut out, Parser::new(0), component).map_err(|e| anyhow!("{e}"))?;
    match rewrite.failed {
        Some(error) => Err(error),
        None => Ok(out.finish()),
    }
}

/// Index of the engine's module in the component as it comes: the encoder puts it first.
const ENGINE: u32 = 0;

struct Rewrite {
    memory_pages: u64,
    modules: u32,
    failed: Option<anyhow::Error>,
}

impl Rewrite {
    /// `image` becomes core module 0 and core instance 0, before everything else.
    fn import_image(&self, component: &mut Component) {
        let mut image = ModuleType::new();
        let memory = MemoryType {
            minimum: self.memory_pages,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        };
        image.export("memory", EntityType::Memory(memory));
        let mut types = CoreTypeSection::new();
        types.ty().module(&image);
        component.section(&types);
        let mut imports = ComponentImportSection::new();
        imports.import("image", ComponentTypeRef::Module(0));
        component.section(&imports);
        let mut instances = InstanceSection::new();
        instances.instantiate::<[(&str, ModuleArg); 0], &str>(0, []);
        component.section(&instances);
    }
}

impl Reencode for Rewrite {
    type Error = std::convert::Infallible;
}

impl ReencodeComponent for Rewrite {
    fn module_index(&mut self, index: u32) -> u32 {
        index + 1
    }

    fn instance_index(&mut self, index: u32) -> u32 {
        index + 1
    }

    fn parse_component_submodule(
        &mut self,
        component: &mut Component,
        _: Parser,
        module: &[u8],
    ) -> Result<(), Error<std::convert::Infallible>> {
        let serving;
        let mut data = module;
        if self.modules == ENGINE {
            self.import_image(component);
            match core_module::serving(module) {
                Ok(rewritten) => {
                    serving = rewritten;
                    data = &serving;
                }
                Err(error) => self.failed = Some(error),
            }
        }
        self.modules += 1;
        component.section(&RawSection { id: 1, data });
        Ok(())
    }

    fn parse_instance(
        &mut self,
        instances: &mut InstanceSection,
        instance: wasmparser::Instance<'_>,
    ) -> Result<(), Error<std::convert::Infallible>> {
        match instance {
            wasmparser::Instance::Instantiate { module_index: ENGINE, args } => {
                let args = args.iter().map(|arg| (arg.name, ModuleArg::Instance(arg.index + 1)));
                instances.instantiate(ENGINE + 1, args.chain([("image", ModuleArg::Instance(0))]).collect::<Vec<_>>());
                Ok(())
            }
            other => wasm_encoder::reencode::component_utils::parse_instance(self, instances, other),
        }
    }
}
