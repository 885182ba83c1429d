//! PostgreSQL's text form of arrays: `{1,NULL,"a \"b\"",{2}}`, with bounds before it when they are not the usual ones.

pub enum Element {
    Null,
    Text(String),
    List(Vec<Element>),
}

/// Deeper than the six dimensions that PostgreSQL allows.
const MAX_DEPTH: usize = 8;

pub fn parse(text: &str, delimiter: u8) -> Option<Element> {
    // `[2:3]={…}`
    let text = if text.starts_with('[') { text.split_once('=')?.1 } else { text };
    let mut reader = Reader { rest: text.as_bytes(), delimiter };
    let element = reader.list(MAX_DEPTH)?;
    reader.rest.is_empty().then_some(element)
}

struct Reader<'a> {
    rest: &'a [u8],
    delimiter: u8,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn list(&mut self, depth: usize) -> Option<Element> {
        if depth == 0 || self.take()? != b'{' {
            return None;
        }
        let mut elements = Vec::new();
        if self.rest.first() == Some(&b'}') {
            self.take();
            return Some(Element::List(elements));
        }
        loop {
            elements.push(match self.rest.first()? {
                b'{' => self.list(depth - 1)?,
                b'"' => self.quoted()?,
                _ => self.bare()?,
            });
            match self.take()? {
                b'}' => return Some(Element::List(elements)),
                byte if byte == self.delimiter => {}
                _ => return None,
            }
        }
    }

    fn quoted(&mut self) -> Option<Element> {
        self.take();
        let mut text = Vec::new();
        loop {
            match self.take()? {
                b'"' => return String::from_utf8(text).ok().map(Element::Text),
                b'\\' => text.push(self.take()?),
                byte => text.push(byte),
            }
        }
    }

    fn bare(&mut self) -> Option<Element> {
        let end = self.rest.iter().position(|&byte| byte == self.delimiter || byte == b'}')?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if text.eq_ignore_ascii_case(b"NULL") {
            return Some(Element::Null);
        }
        // Unquoted, a backslash stands for the character behind it only in what people write, never in what a server sends.
        String::from_utf8(text.to_vec()).ok().map(Element::Text)
    }
}
