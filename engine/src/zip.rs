//! Compression: DEFLATE as it is, in zlib's wrapping and in gzip's, in pieces. What comes in is kept until it has been
//! worked off, what goes out comes in parts of bounded size: a small input may stand for a large output.

use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// Bytes that come out at a time.
pub const PART: usize = 64 * 1024;
/// A header whose names and comments are longer than this is taken for garbage.
const MAX_HEADER: usize = 256 * 1024;
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// What a stream is wrapped in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Raw,
    Zlib,
    Gzip,
}

/// Why a stream cannot be read, in zlib's words.
pub type Malformed = &'static str;

/// Bytes that came in and are not worked off.
#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    at: usize,
}

impl Pending {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
        // Moving the rest down costs as much as it is long: only when more than that has gone.
        if self.at * 2 >= self.bytes.len() {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
    }
}

/// CRC-32 of gzip. Its table is made when it is needed: a constant one would stand in every image.
struct Crc {
    table: Box<[u32; 256]>,
    value: u32,
}

impl Crc {
    fn new() -> Self {
        let mut table = Box::new([0; 256]);
        for (index, entry) in (0_u32..).zip(table.iter_mut()) {
            *entry = (0..8).fold(index, |value, _| value >> 1 ^ (value & 1).wrapping_neg() & 0xEDB8_8320);
        }
        Self { table, value: 0 }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.value =
            !bytes.iter().fold(!self.value, |value, byte| value >> 8 ^ self.table[usize::from(value as u8 ^ byte)]);
    }
}

/// CRC-32 of bytes, going on from an earlier one.
pub fn crc32(bytes: &[u8], before: u32) -> u32 {
    let mut crc = Crc { value: before, ..Crc::new() };
    crc.update(bytes);
    crc.value
}

/// Compresses.
pub struct Deflater {
    state: Box<CompressorOxide>,
    gzip: Option<(Crc, u32)>,
    pending: Pending,
    begun: bool,
    ended: bool,
}

impl Deflater {
    /// Level 0 to 9, or -1 for the usual one; zlib's strategy.
    pub fn new(format: Format, level: i32, strategy: i32) -> Self {
        let window = if format == Format::Zlib { 15 } else { -15 };
        let flags = create_comp_flags_from_zip_params(level, window, strategy);
        let gzip = (format == Format::Gzip).then(|| (Crc::new(), 0));
        Self {
            state: Box::new(CompressorOxide::new(flags)),
            gzip,
            pending: Pending::default(),
            begun: false,
            ended: false,
        }
    }

    /// More to compress.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Some((crc, length)) = &mut self.gzip {
            crc.update(bytes);
            *length = length.wrapping_add(bytes.len() as u32);
        }
        self.pending.push(bytes);
    }

    /// The next part. There is more for now when it is [`PART`] bytes long or longer.
    pub fn pull(&mut self, flush: MZFlush) -> Result<Vec<u8>, Malformed> {
        if self.ended {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        if self.gzip.is_some() && !self.begun {
            // No name, no time, made on Unix.
            out.extend_from_slice(&[GZIP_MAGIC[0], GZIP_MAGIC[1], 8, 0, 0, 0, 0, 0, 0, 3]);
        }
        self.begun = true;
        let head = out.len();
        out.resize(head + PART, 0);
        let result = deflate(&mut self.state, self.pending.rest(), &mut out[head..], flush);
        out.truncate(head + result.bytes_written);
        self.pending.consume(result.bytes_consumed);
        match result.status {
            Ok(MZStatus::StreamEnd) => {
                self.ended = true;
                if let Some((crc, length)) = &self.gzip {
                    out.extend_from_slice(&crc.value.to_le_bytes());
                    out.extend_from_slice(&length.to_le_bytes());
                }
            }
            Ok(_) | Err(MZError::Buf) => {}
            Err(_) => return Err("stream error"),
        }
        Ok(out)
    }

    /// Whether the stream is complete.
    pub fn ended(&self) -> bool {
        self.ended
    }
}

enum Stage {
    Header,
    Content,
    Trailer,
    End,
}

/// Decompresses one stream.
pub struct Inflater {
    state: Box<InflateState>,
    gzip: Option<(Crc, u32)>,
    pending: Pending,
    stage: Stage,
}

impl Inflater {
    /// At the beginning of a stream.
    pub fn new(format: Format) -> Self {
        let inner = if format == Format::Zlib { DataFormat::Zlib } else { DataFormat::Raw };
        let gzip = (format == Format::Gzip).then(|| (Crc::new(), 0));
        let stage = if gzip.is_some() { Stage::Header } else { Stage::Content };
        Self { state: InflateState::new_boxed(inner), gzip, pending: Pending::default(), stage }
    }

    /// More of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.push(bytes);
    }

    /// The next part. There is more for now when it is [`PART`] bytes long.
    pub fn pull(&mut self) -> Result<Vec<u8>, Malformed> {
        if matches!(self.stage, Stage::Header) {
            match gzip_header(self.pending.rest())? {
                Some(size) => {
                    self.pending.consume(size);
                    self.stage = Stage::Content;
                }
                None if self.pending.rest().len() > MAX_HEADER => return Err("incorrect header check"),
                None => return Ok(Vec::new()),
            }
        }
        let mut out = Vec::new();
        if matches!(self.stage, Stage::Content) {
            out.resize(PART, 0);
            let result = inflate(&mut self.state, self.pending.rest(), &mut out, MZFlush::None);
            out.truncate(result.bytes_written);
            self.pending.consume(result.bytes_consumed);
            match result.status {
                Ok(MZStatus::StreamEnd) => self.stage = Stage::Trailer,
                Ok(_) | Err(MZError::Buf) => {}
                Err(_) => return Err("invalid data"),
            }
            if let Some((crc, length)) = &mut self.gzip {
                crc.update(&out);
                *length = length.wrapping_add(out.len() as u32);
            }
        }
        if matches!(self.stage, Stage::Trailer) {
            self.finish()?;
        }
        Ok(out)
    }

    fn finish(&mut self) -> Result<(), Malformed> {
        if let Some((crc, length)) = &self.gzip {
            let Some(trailer) = self.pending.rest().first_chunk::<8>().copied() else { return Ok(()) };
            if trailer[..4] != crc.value.to_le_bytes() {
                return Err("incorrect data check");
            }
            if trailer[4..] != length.to_le_bytes() {
                return Err("incorrect length check");
            }
            self.pending.consume(8);
        }
        self.stage = Stage::End;
        Ok(())
    }

    /// Whether the stream is complete.
    pub fn ended(&self) -> bool {
        matches!(self.stage, Stage::End)
    }

    /// What came in and was not worked off: after the end, what follows the stream.
    pub fn rest(&self) -> &[u8] {
        self.pending.rest()
    }
}

/// Length of the header of a gzip member; `None` while it is incomplete.
fn gzip_header(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    let (extra, name, comment, check, reserved) = (4, 8, 16, 2, 0xE0);
    if bytes.iter().zip(&GZIP_MAGIC).any(|(is, must)| is != must) {
        return Err("incorrect header check");
    }
    if bytes.get(2).is_some_and(|&method| method != 8) {
        return Err("unknown compression method");
    }
    let Some(&flags) = bytes.get(3) else { return Ok(None) };
    if flags & reserved != 0 {
        return Err("unknown header flags set");
    }
    let mut at = 10;
    if flags & extra != 0 {
        let Some(length) = bytes.get(at..at + 2) else { return Ok(None) };
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for text in [name, comment] {
        if flags & text != 0 {
            let Some(rest) = bytes.get(at..) else { return Ok(None) };
            let Some(end) = memchr::memchr(0, rest) else { return Ok(None) };
            at += end + 1;
        }
    }
    if flags & check != 0 {
        let Some(given) = bytes.get(at..at + 2) else { return Ok(None) };
        if *given != crc32(&bytes[..at], 0).to_le_bytes()[..2] {
            return Err("header crc mismatch");
        }
        at += 2;
    }
    Ok((at <= bytes.len()).then_some(at))
}
