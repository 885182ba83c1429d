//! What the engine asks the host of text, for it takes tables that would be a quarter of every heap image: domain names and
//! the encodings other than UTF-8. Pure: the same arguments give the same answers, at deploy and in a call.

use encoding_rs::{CoderResult, DecoderResult, Encoding, UTF_8};
use idna::AsciiDenyList;

/// Canonical name, in lower case, of the encoding with this label (Encoding Standard §4.2).
pub fn encoding(label: &str) -> Option<String> {
    Encoding::for_label_no_replacement(label.as_bytes()).map(|encoding| encoding.name().to_lowercase())
}

/// Decodes one text that comes in pieces.
pub struct Decoder {
    decoder: encoding_rs::Decoder,
    fatal: bool,
}

impl Decoder {
    /// A decoder of the encoding with this label; of UTF-8 if there is none. A fatal one refuses what is malformed, another
    /// one puts U+FFFD for it.
    pub fn new(label: &str, fatal: bool, keep_bom: bool) -> Self {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8);
        let decoder = if keep_bom {
            encoding.new_decoder_without_bom_handling()
        } else {
            encoding.new_decoder_with_bom_removal()
        };
        Self { decoder, fatal }
    }

    /// The next piece, as far as its characters are complete; `None` when it is malformed and the decoder fatal. After
    /// `last` and after `None` the decoder is spent and answers with nothing.
    pub fn decode(&mut self, bytes: &[u8], last: bool) -> Option<String> {
        let mut text = String::new();
        let mut rest = bytes;
        loop {
            let (done, read) = if self.fatal {
                text.reserve(self.decoder.max_utf8_buffer_length_without_replacement(rest.len())?);
                match self.decoder.decode_to_string_without_replacement(rest, &mut text, last) {
                    (DecoderResult::InputEmpty, read) => (true, read),
                    (DecoderResult::OutputFull, read) => (false, read),
                    (DecoderResult::Malformed(..), _) => {
                        self.spend();
                        return None;
                    }
                }
            } else {
                text.reserve(self.decoder.max_utf8_buffer_length(rest.len())?);
                let (result, read, _) = self.decoder.decode_to_string(rest, &mut text, last);
                (result == CoderResult::InputEmpty, read)
            };
            rest = rest.get(read..).unwrap_or_default();
            if done {
                if last {
                    self.spend();
                }
                return Some(text);
            }
        }
    }

    /// encoding_rs panics when a decoder that has ended is used again: another takes its place.
    fn spend(&mut self) {
        self.decoder = self.decoder.encoding().new_decoder_without_bom_handling();
    }
}

/// A domain in ASCII, as a URL has it (URL Standard §3.3, not strict); `None` when it is none.
pub fn domain_to_ascii(domain: &[u8]) -> Option<String> {
    idna::domain_to_ascii_cow(domain, AsciiDenyList::URL).ok().map(std::borrow::Cow::into_owned)
}

/// A domain as people read it. Labels that are not valid stay as they are.
pub fn domain_to_unicode(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_one_canonical_name() {
        assert_eq!(encoding(" Latin1 ").as_deref(), Some("windows-1252"));
        assert_eq!(encoding("utf8").as_deref(), Some("utf-8"));
        assert_eq!(encoding("sjis").as_deref(), Some("shift_jis"));
        assert_eq!(encoding("klingon"), None);
        assert_eq!(encoding("iso-2022-kr"), None, "the replacement encoding exists to refuse what it labels");
    }

    #[test]
    fn pieces_are_joined() {
        let mut decoder = Decoder::new("shift_jis", false, false);
        assert_eq!(decoder.decode(b"\x83", false).as_deref(), Some(""));
        assert_eq!(decoder.decode(b"\x65\x83", false).as_deref(), Some("テ"));
        assert_eq!(decoder.decode(b"", true).as_deref(), Some("\u{FFFD}"));
        assert_eq!(decoder.decode(b"x", true).as_deref(), Some("x"), "a spent decoder does no harm");
    }

    #[test]
    fn a_fatal_decoder_refuses() {
        let mut decoder = Decoder::new("euc-jp", true, false);
        assert_eq!(decoder.decode(b"\xff", true), None);
        assert_eq!(decoder.decode(b"a", true).as_deref(), Some("a"));
    }

    #[test]
    fn a_byte_order_mark_goes_unless_it_is_wanted() {
        assert_eq!(Decoder::new("utf-16le", false, false).decode(b"\xff\xfea\0", true).as_deref(), Some("a"));
        assert_eq!(Decoder::new("utf-16le", false, true).decode(b"\xff\xfea\0", true).as_deref(), Some("\u{feff}a"));
    }

    #[test]
    fn domains_both_ways() {
        assert_eq!(domain_to_ascii("MÜNCHEN.de".as_bytes()).as_deref(), Some("xn--mnchen-3ya.de"));
        assert_eq!(domain_to_ascii("faß.de".as_bytes()).as_deref(), Some("xn--fa-hia.de"));
        assert_eq!(domain_to_ascii(b"xn--a"), None);
        assert_eq!(domain_to_ascii(b"a b"), None);
        assert_eq!(domain_to_ascii(b"\xff"), None);
        assert_eq!(domain_to_unicode("xn--mnchen-3ya.de"), "münchen.de");
    }
}
