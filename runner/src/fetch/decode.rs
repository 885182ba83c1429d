//! Content codings of responses: what came compressed is handed on as it was before, and the fields that spoke of the
//! compressed form are taken away.

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use ramekin_host_api::body::Stream;
use tokio_util::io::{ReaderStream, StreamReader};

/// What is asked for when the function asks for nothing itself.
pub const ACCEPT_ENCODING: &str = "gzip, br";
/// Codings that one response may be wrapped in.
const LAYERS: usize = 4;
/// Size of the pieces that decoded content comes in.
const PIECE: usize = 32 * 1024;

/// A coding that is undone here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`
    Gzip,
    /// `br`
    Brotli,
    /// `deflate`, which is zlib on the wire.
    Deflate,
}

/// The codings to undo, outermost first; empty when there are none or one is not known here. Takes the fields away that
/// speak of them.
pub fn codings(headers: &mut HeaderMap) -> Vec<Coding> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.to_str().unwrap_or("?").split(',').map(str::trim) {
            match name.to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "br" => codings.push(Coding::Brotli),
                "deflate" => codings.push(Coding::Deflate),
                "identity" | "" => {}
                _ => return Vec::new(),
            }
        }
    }
    if codings.len() > LAYERS {
        return Vec::new();
    }
    if !codings.is_empty() {
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
    }
    codings.reverse();
    codings
}

/// Undoes codings.
pub fn decode(stream: Stream, codings: &[Coding]) -> Stream {
    codings.iter().fold(stream, |stream, coding| {
        let reader = StreamReader::new(stream);
        match coding {
            Coding::Gzip => {
                let mut decoder = GzipDecoder::new(reader);
                // Some servers send a file that was compressed in several parts.
                decoder.multiple_members(true);
                pieces(decoder)
            }
            Coding::Brotli => pieces(BrotliDecoder::new(reader)),
            Coding::Deflate => pieces(ZlibDecoder::new(reader)),
        }
    })
}

fn pieces(reader: impl tokio::io::AsyncRead + Send + 'static) -> Stream {
    Box::pin(ReaderStream::with_capacity(reader, PIECE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZlibEncoder};
    use bytes::Bytes;
    use futures::StreamExt as _;
    use std::io;
    use tokio::io::AsyncReadExt as _;

    fn headers(encoding: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        headers.insert(CONTENT_LENGTH, 5.into());
        headers
    }

    async fn encoded(coding: Coding, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match coding {
            Coding::Gzip => GzipEncoder::new(plain).read_to_end(&mut out).await.unwrap(),
            Coding::Brotli => BrotliEncoder::new(plain).read_to_end(&mut out).await.unwrap(),
            Coding::Deflate => ZlibEncoder::new(plain).read_to_end(&mut out).await.unwrap(),
        };
        out
    }

    fn in_pieces(bytes: &[u8]) -> Stream {
        let pieces: Vec<_> = bytes.chunks(3).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        Box::pin(futures::stream::iter(pieces))
    }

    async fn collect(stream: Stream) -> io::Result<Vec<u8>> {
        let pieces: Vec<_> = stream.collect().await;
        Ok(pieces.into_iter().collect::<io::Result<Vec<_>>>()?.concat())
    }

    #[tokio::test]
    async fn every_coding_and_several_at_once() {
        let plain = b"the same again and again and again".repeat(100);
        for coding in [Coding::Gzip, Coding::Brotli, Coding::Deflate] {
            let stream = in_pieces(&encoded(coding, &plain).await);
            assert_eq!(collect(decode(stream, &[coding])).await.unwrap(), plain, "{coding:?}");
        }
        let twice = encoded(Coding::Gzip, &encoded(Coding::Brotli, &plain).await).await;
        let mut fields = headers("br, gzip");
        assert_eq!(collect(decode(in_pieces(&twice), &codings(&mut fields))).await.unwrap(), plain);
    }

    #[test]
    fn fields_of_the_compressed_form_go() {
        let mut fields = headers("GZIP");
        assert_eq!(codings(&mut fields), [Coding::Gzip]);
        assert!(fields.is_empty());
        for untouched in ["zstd", "gzip, zstd", "identity", "gzip,gzip,gzip,gzip,gzip"] {
            let mut fields = headers(untouched);
            assert!(codings(&mut fields).is_empty());
            assert_eq!(fields.len(), 2, "{untouched}");
        }
    }

    #[tokio::test]
    async fn broken_content_is_an_error() {
        let mut cut = encoded(Coding::Gzip, b"hello hello hello").await;
        cut.truncate(cut.len() - 6);
        assert!(collect(decode(in_pieces(&cut), &[Coding::Gzip])).await.is_err());
        assert!(collect(decode(in_pieces(b"no gzip"), &[Coding::Gzip])).await.is_err());
    }
}
