//! `text` and `modules`: what the engine leaves to the host so that its heap images need not hold it.

use crate::bindings::ramekin::function::{modules, text};
use crate::state::CallState;
use ramekin_support::text::Decoder;
use wasmtime::component::Resource;

/// Decoders that a call may have open.
pub const MAX_DECODERS: usize = 1_000;

impl text::Host for CallState {
    fn encoding(&mut self, label: String) -> wasmtime::Result<Option<String>> {
        Ok(ramekin_support::text::encoding(&label))
    }

    fn domain_to_ascii(&mut self, domain: Vec<u8>) -> wasmtime::Result<Option<String>> {
        Ok(ramekin_support::text::domain_to_ascii(&domain))
    }

    fn domain_to_unicode(&mut self, domain: String) -> wasmtime::Result<String> {
        Ok(ramekin_support::text::domain_to_unicode(&domain))
    }
}

impl text::HostDecoder for CallState {
    fn new(&mut self, encoding: String, fatal: bool, keep_bom: bool) -> wasmtime::Result<Resource<Decoder>> {
        Ok(self.table.push(Decoder::new(&encoding, fatal, keep_bom))?)
    }

    fn decode(&mut self, decoder: Resource<Decoder>, bytes: Vec<u8>, last: bool) -> wasmtime::Result<Option<String>> {
        Ok(self.table.get_mut(&decoder)?.decode(&bytes, last))
    }

    fn drop(&mut self, decoder: Resource<Decoder>) -> wasmtime::Result<()> {
        self.table.delete(decoder)?;
        Ok(())
    }
}

impl modules::Host for CallState {
    fn load(&mut self, name: String) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.modules.get(&name).map(<[u8]>::to_vec))
    }
}
