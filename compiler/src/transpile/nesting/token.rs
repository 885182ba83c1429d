//! Just enough of a lexer to tell brackets from the text of strings, templates, comments and regular expressions. It goes
//! wrong where the parser's does, and nowhere else.

use oxc_syntax::identifier::{is_identifier_part, is_identifier_start, is_irregular_whitespace};

/// What a token is, as far as levels and the next slash depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// An identifier, a property's name, a number, a regular expression, the end of a template, `]`.
    Operand,
    /// A string.
    Text,
    /// A word that means something somewhere.
    Keyword,
    /// A keyword with escapes in it: wrong, but read as the keyword or as a name.
    Escaped,
    /// A keyword that wants an operand: `return`, `typeof`, …
    Prefix,
    /// `if`, `for`, `while`, `with`: a parenthesis and a statement follow.
    Control,
    Else,
    Do,
    /// A bracket or the beginning of a template.
    Open,
    /// Any closer; as the last token, a parenthesis.
    Close,
    /// The closing parenthesis of `if (…)` and its like.
    CloseControl,
    CloseBrace,
    Comma,
    Semicolon,
    Colon,
    Dot,
    Less,
    Greater,
    /// `++` and `--`, which may stand on either side of an operand.
    Step,
    /// `!`, which may, too.
    Bang,
    /// `?`, which may end a type.
    Question,
    /// `@`, which begins a decorator.
    At,
    Slash,
    /// Any other punctuation.
    Other,
    /// A string that does not end.
    Broken,
}

/// What a slash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    Division,
    Regex,
    Either,
}

impl Class {
    /// What a slash after this token is, if the parser gets past it at all.
    pub(super) fn slash_after(self, before: Self, line_before: bool) -> Slash {
        match self {
            Self::Operand | Self::Text | Self::Close if !line_before => Slash::Division,
            // Where a line ends, so may a statement.
            Self::Operand | Self::Text | Self::Close => Slash::Either,
            Self::CloseControl | Self::CloseBrace | Self::Keyword | Self::Escaped | Self::Step | Self::Greater => {
                Slash::Either
            }
            // TypeScript's `a! / b`, and `a as T? / b`, which is wrong but read.
            Self::Bang | Self::Question if before.may_end_statement() || before.is_word() => Slash::Either,
            _ => Slash::Regex,
        }
    }

    /// Whether a statement may end with this token without a semicolon.
    pub(super) fn may_end_statement(self) -> bool {
        matches!(self, Self::Operand | Self::Text | Self::Close | Self::CloseControl | Self::CloseBrace)
    }

    /// Whether a label may come after this token.
    pub(super) fn may_precede_label(self, line_between: bool) -> bool {
        match self {
            Self::Comma
            | Self::Open
            | Self::Dot
            | Self::Question
            | Self::Less
            | Self::At
            | Self::Slash
            | Self::Other
            | Self::Broken => false,
            Self::Operand | Self::Text | Self::Keyword | Self::Prefix | Self::Control => line_between,
            _ => true,
        }
    }

    /// Whether this token may be a label.
    pub(super) fn is_word(self) -> bool {
        matches!(self, Self::Operand | Self::Keyword | Self::Escaped)
    }
}

/// A token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) class: Class,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The closer of what it opens, or is.
    pub(super) closer: u8,
    /// A word, not punctuation.
    pub(super) word: bool,
    /// A word that may follow an operand within an expression, a type or the head of a declaration.
    pub(super) continues: bool,
    /// `function` or `class`.
    pub(super) begins_function: bool,
}

impl Token {
    fn new(class: Class, start: usize, end: usize) -> Self {
        Self { class, start, end, closer: 0, word: false, continues: false, begins_function: false }
    }

    fn bracket(class: Class, start: usize, closer: u8) -> Self {
        Self { closer, ..Self::new(class, start, start + 1) }
    }

    /// Whether it can be the first in a parameter list, or in a parenthesised expression that looks like one.
    pub(super) fn may_begin_parameters(&self) -> bool {
        match self.class {
            Class::Open => self.closer == b']' || self.closer == b'}',
            Class::Operand | Class::Keyword => self.word && !self.begins_function,
            _ => false,
        }
    }

    /// Whether it is an operand or begins a statement: neither can follow an operand on the same line.
    pub(super) fn is_operand(&self) -> bool {
        self.class == Class::Text || self.class == Class::Operand && !self.word || self.word && !self.continues
    }
}

/// A text to take tokens from.
pub(super) struct Text<'a> {
    text: &'a str,
    bytes: &'a [u8],
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes() }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn starts_with(&self, at: usize, what: &str) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(what.as_bytes()))
    }

    /// The next token and whether a line ended before it; `None` at the end.
    pub(super) fn token(&self, from: usize, last: Class) -> Option<(Token, bool)> {
        let (start, line_before) = self.trivia(from)?;
        let byte = *self.bytes.get(start)?;
        let next = self.byte(start + 1);
        let one = |class| Token::new(class, start, start + 1);
        let token = match byte {
            b'"' | b'\'' => self.string(start, byte),
            b'0'..=b'9' => self.number(start),
            b'.' if next.is_ascii_digit() => self.number(start),
            b'.' if self.starts_with(start, "...") => Token::new(Class::Other, start, start + 3),
            b'.' => one(Class::Dot),
            b'(' => Token::bracket(Class::Open, start, b')'),
            b'[' => Token::bracket(Class::Open, start, b']'),
            b'{' => Token::bracket(Class::Open, start, b'}'),
            b'`' => Token::bracket(Class::Open, start, b'`'),
            b')' | b']' | b'}' => Token::bracket(Class::Close, start, byte),
            b',' => one(Class::Comma),
            b';' => one(Class::Semicolon),
            b':' => one(Class::Colon),
            b'/' => one(Class::Slash),
            b'<' => one(Class::Less),
            b'>' => one(Class::Greater),
            b'!' => one(Class::Bang),
            b'@' => one(Class::At),
            b'?' => one(Class::Question),
            b'=' if next == b'>' => Token::new(Class::Other, start, start + 2),
            b'+' | b'-' if next == byte => Token::new(Class::Step, start, start + 2),
            _ if is_word_byte(byte) || byte == b'#' || byte == b'\\' => self.word(start, last),
            _ => one(Class::Other),
        };
        Some((token, line_before))
    }

    /// Over white space and comments. `None` if a comment does not end.
    fn trivia(&self, from: usize) -> Option<(usize, bool)> {
        let mut at = from;
        let mut line = from == 0;
        loop {
            match self.byte(at) {
                b'\n' | b'\r' => {
                    line = true;
                    at += 1;
                }
                b' ' | b'\t' | 0x0B | 0x0C => at += 1,
                b'/' if self.byte(at + 1) == b'/' => at = self.end_of_line(at),
                b'/' if self.byte(at + 1) == b'*' => {
                    let end = self.text.get(at + 2..)?.find("*/")? + at + 4;
                    line |= self.text.get(at..end)?.contains(LINE_ENDS);
                    at = end;
                }
                b'#' if at == 0 && self.byte(1) == b'!' => at = self.end_of_line(at),
                b'<' if line && self.starts_with(at, "<!--") => at = self.end_of_line(at),
                byte if byte >= 0x80 => match self.char(at) {
                    Some(end) if LINE_ENDS.contains(&end) => {
                        line = true;
                        at += end.len_utf8();
                    }
                    Some(space) if is_irregular_whitespace(space) => at += space.len_utf8(),
                    _ => return Some((at, line)),
                },
                _ => return Some((at, line)),
            }
        }
    }

    fn end_of_line(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.find(LINE_ENDS).map_or(self.bytes.len(), |length| from + length)
    }

    fn string(&self, start: usize, quote: u8) -> Token {
        let mut at = start + 1;
        loop {
            match self.byte(at) {
                byte if byte == quote => return Token::new(Class::Text, start, at + 1),
                b'\\' if self.byte(at + 1) == b'\r' && self.byte(at + 2) == b'\n' => at += 3,
                b'\\' => at += 2,
                b'\n' | b'\r' => return Token::new(Class::Broken, start, at),
                _ if at >= self.bytes.len() => return Token::new(Class::Broken, start, at),
                _ => at += 1,
            }
        }
    }

    fn number(&self, start: usize) -> Token {
        let digits = |mut at: usize| {
            while is_word_byte(self.byte(at)) && self.byte(at) < 0x80 {
                at += 1;
            }
            at
        };
        let mut end = digits(start);
        if self.byte(end) == b'.' {
            end = digits(end + 1);
        }
        Token::new(Class::Operand, start, end)
    }

    fn word(&self, start: usize, last: Class) -> Token {
        let mut end = start + usize::from(self.byte(start) == b'#');
        // What the word says, if that is not how it is written.
        let mut spelled: Option<String> = None;
        loop {
            let from = end;
            match self.byte(end) {
                b'\\' => {
                    let (after, c) = self.escape(end);
                    end = after;
                    let begins =
                        |c: &char| if from == start { is_identifier_start(*c) } else { is_identifier_part(*c) };
                    let so_far = || self.text.get(start..from).unwrap_or_default().to_owned();
                    spelled.get_or_insert_with(so_far).extend(c.filter(begins));
                    continue;
                }
                byte if byte >= 0x80 => match self.char(end) {
                    Some(c) if is_identifier_part(c) => end += c.len_utf8(),
                    _ => break,
                },
                byte if is_word_byte(byte) => end += 1,
                _ => break,
            }
            if let Some(spelled) = &mut spelled {
                spelled.push_str(self.text.get(from..end).unwrap_or_default());
            }
        }
        // A lone `#`, or a character that begins no word.
        if end == start || end == start + 1 && self.byte(start) == b'#' {
            end = start + self.char(start).map_or(1, char::len_utf8);
            return Token::new(Class::Other, start, end);
        }
        let word = spelled.as_deref().or(self.text.get(start..end)).unwrap_or_default();
        let class = classify(word, last);
        let doubtful = spelled.is_some() && class != Class::Operand;
        Token {
            word: true,
            continues: doubtful || CONTINUING.contains(&word),
            begins_function: word == "function" || word == "class",
            ..Token::new(if doubtful { Class::Escaped } else { class }, start, end)
        }
    }

    /// Over an escape in a word. One that is wrong stands for nothing, and the word goes on.
    fn escape(&self, start: usize) -> (usize, Option<char>) {
        let hex = |from: usize, most: usize| {
            let rest = self.bytes.get(from..).unwrap_or_default();
            from + rest.iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count()
        };
        let char = |from: usize, to: usize| {
            let digits = self.text.get(from..to).unwrap_or_default();
            u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
        };
        if self.byte(start + 1) != b'u' {
            return (start + 1 + self.char(start + 1).map_or(0, char::len_utf8), None);
        }
        if self.byte(start + 2) != b'{' {
            let end = hex(start + 2, 4);
            return (end, if end == start + 6 { char(start + 2, end) } else { None });
        }
        let end = hex(start + 3, usize::MAX);
        if self.byte(end) == b'}' { (end + 1, char(start + 3, end)) } else { (end, None) }
    }

    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    /// Reads a template's text: where it stops, and whether at a substitution or at its end. `None` if it does not.
    pub(super) fn template(&self, from: usize) -> Option<(usize, bool)> {
        let mut at = from;
        loop {
            match *self.bytes.get(at)? {
                b'`' => return Some((at + 1, false)),
                b'$' if self.byte(at + 1) == b'{' => return Some((at + 2, true)),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }

    /// Reads a slash as the beginning of a regular expression; `None` if none ends on the line.
    pub(super) fn regex(&self, start: usize) -> Option<Token> {
        let (mut escaped, mut in_class) = (false, false);
        for (index, c) in self.text.get(start + 1..)?.char_indices() {
            match c {
                _ if LINE_ENDS.contains(&c) => return None,
                _ if escaped => escaped = false,
                '/' if !in_class => {
                    let mut end = start + index + 2;
                    while is_word_byte(self.byte(end)) && self.byte(end) < 0x80 {
                        end += 1;
                    }
                    return Some(Token::new(Class::Operand, start, end));
                }
                '\\' => escaped = true,
                '[' => in_class = true,
                ']' => in_class = false,
                _ => {}
            }
        }
        None
    }
}

const LINE_ENDS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Words that may follow an operand without beginning a statement.
const CONTINUING: [&str; 13] = [
    "in",
    "instanceof",
    "of",
    "as",
    "satisfies",
    "is",
    "extends",
    "implements",
    "from",
    "with",
    "else",
    "catch",
    "finally",
];

fn classify(word: &str, last: Class) -> Class {
    if last == Class::Dot || word.starts_with('#') {
        return Class::Operand;
    }
    match word {
        "if" | "for" | "while" | "with" => Class::Control,
        "await" if last == Class::Control => Class::Control,
        "else" => Class::Else,
        "do" => Class::Do,
        "return" | "typeof" | "case" | "in" | "instanceof" | "new" | "delete" | "throw" => Class::Prefix,
        "abstract" | "accessor" | "as" | "assert" | "asserts" | "async" | "await" | "break" | "catch" | "class"
        | "const" | "continue" | "debugger" | "declare" | "default" | "enum" | "export" | "extends" | "finally"
        | "from" | "function" | "get" | "global" | "implements" | "import" | "infer" | "interface" | "is" | "keyof"
        | "let" | "module" | "namespace" | "of" | "out" | "override" | "private" | "protected" | "public"
        | "readonly" | "satisfies" | "set" | "static" | "super" | "switch" | "try" | "type" | "unique" | "using"
        | "var" | "void" | "yield" => Class::Keyword,
        _ => Class::Operand,
    }
}
