//! Brotli (RFC 7932), whole contents at once.

use crate::bindings::ramekin::function::crypto::{Brotli, BrotliDecompress};
use brotli::enc::backward_references::BrotliEncoderMode;
use brotli::enc::{BrotliEncoderParams, StandardAlloc};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use ramekin_model::limits;

/// Bytes that come out at a time.
const PART: usize = 64 * 1024;

/// Compresses; the work was checked.
pub fn compress(work: &Brotli) -> Result<Vec<u8>, String> {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let mode = if work.text { BrotliEncoderMode::BROTLI_MODE_TEXT } else { BrotliEncoderMode::BROTLI_MODE_GENERIC };
    let parameters = BrotliEncoderParams {
        mode,
        quality: number(work.quality),
        lgwin: number(work.log_window),
        size_hint: work.content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    let done = brotli::BrotliCompress(&mut work.content.as_slice(), &mut out, &parameters);
    done.map_err(|error| format!("Brotli: {error}"))?;
    Ok(out)
}

/// Decompresses. The errors are those of zlib and Node.
pub fn decompress(work: &BrotliDecompress) -> Result<Vec<u8>, String> {
    let most = limits::MAX_BROTLI_RESULT.min(work.most as usize);
    let (heap, table, codes) = (StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    // Strict: windows of more than 16 MiB are no part of the standard.
    let mut state = BrotliState::new_strict(heap, table, codes);
    let (mut left, mut read, mut total) = (work.content.len(), 0, 0);
    let mut out = Vec::new();
    let mut part = vec![0; PART];
    loop {
        let (mut room, mut written) = (PART, 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            &work.content,
            &mut room,
            &mut written,
            &mut part,
            &mut total,
            &mut state,
        );
        let given = part.get(..written).unwrap_or(&part);
        if given.len() > most - out.len() {
            return Err(format!("Cannot create a Buffer larger than {most} bytes"));
        }
        out.extend_from_slice(given);
        match result {
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultSuccess if work.alone && left > 0 => {
                return Err("Data follows what is compressed".into());
            }
            BrotliResult::ResultSuccess => return Ok(out),
            BrotliResult::NeedsMoreInput => return Err("unexpected end of file".into()),
            BrotliResult::ResultFailure => return Err("Decompression failed".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brotli(content: &[u8], quality: u32) -> Vec<u8> {
        compress(&Brotli { content: content.to_vec(), quality, log_window: 22, text: false }).unwrap()
    }

    fn back(content: &[u8], most: u32) -> Result<Vec<u8>, String> {
        decompress(&BrotliDecompress { content: content.to_vec(), most, alone: true })
    }

    #[test]
    fn comes_back_as_it_was_and_not_a_byte_larger_than_allowed() {
        let text = "What is said three times is true. ".repeat(10_000).into_bytes();
        let size = u32::try_from(text.len()).unwrap();
        for quality in [0, 5, 9, 11] {
            let small = brotli(&text, quality);
            assert!(small.len() < text.len() / 10, "{quality}: {}", small.len());
            assert_eq!(back(&small, size).unwrap(), text);
            assert!(back(&small, size - 1).unwrap_err().contains("larger than"), "{quality}");
        }
        assert_eq!(back(&brotli(b"", 11), 0).unwrap(), b"");
        let most = vec![7; limits::MAX_BROTLI_RESULT + 1];
        let (on, past) = (brotli(&most[1..], 1), brotli(&most, 1));
        assert_eq!(back(&on, u32::MAX).unwrap().len(), limits::MAX_BROTLI_RESULT);
        assert!(back(&past, u32::MAX).unwrap_err().contains("larger than 67108864 bytes"));
    }

    #[test]
    fn what_is_cut_off_damaged_or_followed_by_something_is_refused() {
        let whole = brotli(b"some content that is long enough to be cut", 11);
        assert_eq!(back(&whole[..whole.len() - 1], 100).unwrap_err(), "unexpected end of file");
        assert_eq!(back(b"", 100).unwrap_err(), "unexpected end of file");
        assert_eq!(back(&[0xFF; 20], 100).unwrap_err(), "Decompression failed");
        let followed = [whole.as_slice(), b"x"].concat();
        assert!(back(&followed, 100).is_err());
        assert!(decompress(&BrotliDecompress { content: followed, most: 100, alone: false }).is_ok());
        // A window of 2^30 bytes, which is an extension.
        assert_eq!(back(&[0x11, 0x1E, 0x03], 100).unwrap_err(), "Decompression failed");
    }
}
