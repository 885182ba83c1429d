//! Two rewrites of the engine's core module: WASI imports linked to the engine's own functions, and the serving form,
//! whose memory comes from outside.

use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{EntityType, ExportSection, ImportSection, MemorySection, Module};
use wasmparser::{DataKind, ExternalKind, Operator, Parser, Payload, TypeRef};

const WASI: &str = "wasi_snapshot_preview1";
/// Prefix of the exports that answer WASI.
const ANSWER: &str = "wasi:";

type Encoded<T> = std::result::Result<T, Error<std::convert::Infallible>>;

/// Replaces each import of WASI by the export `wasi:<name>`, and drops those exports. Drops `_initialize` too: the
/// generated exports run the constructors themselves, once, and an instance of a heap image must not run them again.
pub fn link_wasi(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut imports = Vec::new();
    let mut answers = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        imports.push((import.module == WASI).then(|| import.name.to_owned()));
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if let Some(name) = export.name.strip_prefix(ANSWER) {
                        answers.insert(name.to_owned(), export.index);
                    }
                }
            }
            _ => {}
        }
    }
    let mut map = Vec::with_capacity(imports.len());
    let mut kept = 0;
    for wasi in &imports {
        map.push(match wasi {
            None => {
                kept += 1;
                Target::Import(kept - 1)
            }
            Some(name) => Target::Answer(
                *answers.get(name).with_context(|| format!("engine/src/wasi.rs does not answer `{name}`"))?,
            ),
        });
    }
    let removed = u32::try_from(imports.len())? - kept;
    let mut module = Module::new();
    LinkWasi { map, removed }.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|e| anyhow!("{e}"))?;
    Ok(module.finish())
}

enum Target {
    /// An import that stays, with its index afterwards.
    Import(u32),
    /// A function of the module, with its index before.
    Answer(u32),
}

struct LinkWasi {
    map: Vec<Target>,
    removed: u32,
}

impl Reencode for LinkWasi {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Encoded<u32> {
        Ok(match self.map.get(index as usize) {
            Some(Target::Import(index)) => *index,
            Some(Target::Answer(index)) => *index - self.removed,
            None => index - self.removed,
        })
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Encoded<()> {
        for import in section.into_imports() {
            let import = import?;
            if import.module != WASI {
                utils::parse_import(self, imports, import)?;
            }
        }
        Ok(())
    }

    fn parse_export(&mut self, exports: &mut ExportSection, export: wasmparser::Export<'_>) -> Encoded<()> {
        if export.name.starts_with(ANSWER) || export.name == "_initialize" {
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }
}

/// The serving form: the memory is imported as `image.memory`, the data is gone.
pub fn serving(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    Serving::default().parse_core_module(&mut module, Parser::new(0), wasm).map_err(|e| anyhow!("{e}"))?;
    Ok(module.finish())
}

#[derive(Default)]
struct Serving {
    memory: Option<wasm_encoder::MemoryType>,
}

impl Reencode for Serving {
    type Error = std::convert::Infallible;

    fn parse_core_module(&mut self, module: &mut Module, parser: Parser, wasm: &[u8]) -> Encoded<()> {
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::MemorySection(section) = payload? {
                for memory in section {
                    self.memory = Some(self.memory_type(memory?)?);
                }
            }
        }
        utils::parse_core_module(self, module, parser, wasm)
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Encoded<()> {
        utils::parse_import_section(self, imports, section)?;
        if let Some(memory) = self.memory {
            imports.import("image", "memory", EntityType::Memory(memory));
        }
        Ok(())
    }

    fn parse_memory_section(&mut self, _: &mut MemorySection, _: wasmparser::MemorySectionReader<'_>) -> Encoded<()> {
        Ok(())
    }

    fn parse_data_section(
        &mut self,
        _: &mut wasm_encoder::DataSection,
        _: wasmparser::DataSectionReader<'_>,
    ) -> Encoded<()> {
        Ok(())
    }

    fn data_count(&mut self, _: u32) -> Encoded<u32> {
        Ok(0)
    }

    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: wasmparser::CustomSectionReader<'_>,
    ) -> Encoded<()> {
        // Names make stack traces of the engine readable; the rest describes a module that this no longer is.
        if section.name() == "name" { utils::parse_custom_section(self, module, section) } else { Ok(()) }
    }
}

/// The content of the memory before anything has run.
pub fn initial_memory(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut memory = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::MemorySection(section) => {
                for ty in section {
                    memory.resize(usize::try_from(ty?.initial)? * 65_536, 0);
                }
            }
            Payload::StartSection { .. } => bail!("the engine has a start function"),
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment?;
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        bail!("the engine has passive data")
                    };
                    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                        bail!("a data segment has no constant address");
                    };
                    let at = usize::try_from(value.cast_unsigned())?;
                    let target = memory.get_mut(at..at + segment.data.len()).context("data outside of memory")?;
                    target.copy_from_slice(segment.data);
                }
            }
            _ => {}
        }
    }
    Ok(memory)
}

/// All mutable globals but the shadow stack's pointer would be lost with the heap image: there must be none.
pub fn check_globals(wasm: &[u8]) -> Result<()> {
    let mut mutable = 0;
    let mut exported = false;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::GlobalSection(section) => {
                for global in section {
                    mutable += usize::from(global?.ty.mutable);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exported |= export?.kind == ExternalKind::Global;
                }
            }
            _ => {}
        }
    }
    if mutable != 1 || exported {
        bail!("the engine has {mutable} mutable globals; an image keeps none but the initial stack pointer");
    }
    Ok(())
}
