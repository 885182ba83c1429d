//! One way to read a text, and how deep it is nested that way.

use super::token::{Class, Slash, Text, Token};
use super::{MAX_BRACKETS, MAX_LEVELS, MAX_STATEMENTS, TooDeep};

/// How often tokens may be read in vain: so often altogether, and beyond that once each. The parser keeps what it reads,
/// and where doubts are nested it reads everything inside once for each. Real code stays far below.
const MAX_DOUBTED: usize = 250_000;

/// What a step came to.
pub(super) enum Step {
    Went,
    /// And here is the other reading of a slash.
    Forked(Reading),
    /// At the end of the text, or at something no parser gets past.
    Ended,
}

/// One way to read the text up to a place.
#[derive(Clone)]
pub(super) struct Reading {
    at: usize,
    open: Vec<Bracket>,
    /// The class of the last token, of the one before it, and whether a line ended between them.
    last: Class,
    before: Class,
    line_before_last: bool,
    /// Sums over all that is open.
    levels: usize,
    statements: usize,
    doubts: usize,
    /// Of all tokens so far, the count, and the sum of `doubts`.
    tokens: usize,
    doubted: usize,
    peak: Peak,
}

/// The most there was at any place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Peak {
    /// Open brackets and nested statements.
    pub(super) nested: usize,
    /// Levels of everything together.
    pub(super) levels: usize,
}

impl Peak {
    pub(super) fn max(self, other: Self) -> Self {
        Self { nested: self.nested.max(other.nested), levels: self.levels.max(other.levels) }
    }
}

/// Something open, and what has piled up directly inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bracket {
    closer: u8,
    /// Behind `if`, `while` and the like: a statement follows the closer, not an operator.
    control: bool,
    /// What it may be is open. Decided by the first token inside.
    doubt: Doubt,
    /// A semicolon came last: what has piled up is over unless `else` follows.
    over: bool,
    /// Unmatched `<`: while there are any, a comma may separate type arguments.
    angles: u32,
    /// Levels that end with the bracket at the earliest.
    kept: u32,
    /// Levels that end with the statement.
    statement: u32,
    /// Levels that end with a comma, too.
    expression: u32,
}

/// Whether a parenthesis may hold the parameters of an arrow function, for all one sees at its beginning. The parser then
/// tries one reading, and if it is the wrong one, the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    None,
    Possible,
    Real,
}

impl Bracket {
    fn new(closer: u8, control: bool, doubt: Doubt) -> Self {
        // One level of its own, and one for a label at the beginning of a block, which looks like a property's name.
        Self { closer, control, doubt, over: false, angles: 0, kept: 2, statement: 0, expression: 0 }
    }

    fn levels(&self) -> usize {
        self.kept as usize + self.statement as usize + self.expression as usize
    }

    fn statements(&self) -> usize {
        self.kept as usize - 2 + self.statement as usize
    }

    fn doubts(&self) -> usize {
        self.angles as usize + usize::from(self.doubt == Doubt::Real)
    }

    /// Books a token that does not close anything.
    fn count(&mut self, token: &Token, line_before: bool, reading: (Class, Class, bool)) {
        let (last, before, line_before_last) = reading;
        if self.doubt == Doubt::Possible {
            self.doubt = if token.may_begin_parameters() { Doubt::Real } else { Doubt::None };
        }
        if self.over && token.class != Class::Else && token.class != Class::Escaped {
            (self.statement, self.expression, self.angles) = (0, 0, 0);
        }
        self.over = false;
        // A word or a decorator cannot follow an operand, unless something begins with it.
        let begins = (line_before && last.may_end_statement()) || last == Class::CloseBrace;
        if (token.word && !token.continues || token.class == Class::At) && begins {
            (self.expression, self.angles) = (0, 0);
            if last != Class::CloseControl {
                self.statement = 0;
            }
        }
        match token.class {
            Class::Semicolon => self.over = true,
            Class::Comma if self.angles == 0 => self.expression = 0,
            Class::Comma => {}
            Class::Control | Class::Else => self.statement += 1,
            // `do` is not over when its statement is: `while` comes after it.
            Class::Do | Class::Escaped => {
                self.kept += self.statement + self.expression + 1;
                (self.statement, self.expression) = (0, 0);
            }
            Class::Colon if last.is_word() && before.may_precede_label(line_before_last) => self.statement += 1,
            Class::Less => {
                self.expression += 1;
                self.angles += 1;
            }
            Class::Greater => {
                self.expression += 1;
                self.angles = self.angles.saturating_sub(1);
            }
            _ => self.expression += 1,
        }
    }
}

impl Reading {
    pub(super) fn new() -> Self {
        let mut reading = Self {
            at: 0,
            open: Vec::new(),
            last: Class::Semicolon,
            before: Class::Semicolon,
            line_before_last: false,
            levels: 0,
            statements: 0,
            doubts: 0,
            tokens: 0,
            doubted: 0,
            peak: Peak::default(),
        };
        reading.add(Bracket::new(0, false, Doubt::None));
        reading
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn peak(&self) -> Peak {
        self.peak
    }

    /// Over one token.
    pub(super) fn advance(&mut self, text: &Text<'_>) -> Result<Step, TooDeep> {
        if self.open.last().is_some_and(|top| top.closer == b'`') {
            return self.template(text);
        }
        let Some((mut token, line_before)) = text.token(self.at, self.last) else { return Ok(Step::Ended) };
        if token.class == Class::Slash {
            match (self.last.slash_after(self.before, line_before), text.regex(token.start)) {
                (Slash::Regex, Some(regex)) => token = regex,
                (Slash::Regex, None) => return Ok(Step::Ended),
                (Slash::Division, _) | (Slash::Either, None) => {}
                (Slash::Either, Some(regex)) => {
                    let mut other = self.clone();
                    other.take(&regex, line_before)?;
                    self.take(&token, line_before)?;
                    return Ok(Step::Forked(other));
                }
            }
        }
        self.take(&token, line_before)
    }

    fn take(&mut self, token: &Token, line_before: bool) -> Result<Step, TooDeep> {
        // Two operands side by side are an error, and errors of that kind end the parser's work.
        let juxtaposed = self.last == Class::Text && !line_before && token.is_operand();
        if token.class == Class::Broken || juxtaposed {
            return Ok(Step::Ended);
        }
        self.tokens += 1;
        self.doubted += self.doubts;
        let class = match token.class {
            Class::Close => match self.close(token.closer) {
                Some(closed) => closed,
                None => return Ok(Step::Ended),
            },
            class => {
                self.count(token, line_before);
                if class == Class::Open {
                    self.open(token);
                }
                class
            }
        };
        self.at = token.end;
        (self.before, self.last, self.line_before_last) = (self.last, class, line_before);
        self.check(token.start)?;
        Ok(Step::Went)
    }

    /// Reads the text of a template up to its end or to the next substitution.
    fn template(&mut self, text: &Text<'_>) -> Result<Step, TooDeep> {
        let Some((end, substitution)) = text.template(self.at) else { return Ok(Step::Ended) };
        let start = std::mem::replace(&mut self.at, end);
        let class = if substitution {
            self.add(Bracket::new(b'}', false, Doubt::None));
            Class::Open
        } else {
            self.remove();
            Class::Operand
        };
        (self.before, self.last, self.line_before_last) = (self.last, class, false);
        self.check(start)?;
        Ok(Step::Went)
    }

    fn count(&mut self, token: &Token, line_before: bool) {
        let reading = (self.last, self.before, self.line_before_last);
        if let Some(mut top) = self.remove() {
            top.count(token, line_before, reading);
            self.add(top);
        }
    }

    fn open(&mut self, token: &Token) {
        let control = matches!(self.last, Class::Control | Class::Escaped);
        // A call's arguments are no parameters, but `async` may be a name or not.
        let call = self.last.may_end_statement();
        let doubt = if token.closer == b')' && !control && !call { Doubt::Possible } else { Doubt::None };
        self.add(Bracket::new(token.closer, control, doubt));
    }

    /// Closes the innermost bracket; `None` if it is another one's closer.
    fn close(&mut self, closer: u8) -> Option<Class> {
        let top = self.open.last().filter(|top| top.closer == closer)?;
        let class = match closer {
            b'}' => Class::CloseBrace,
            b')' if top.control => Class::CloseControl,
            b')' => Class::Close,
            _ => Class::Operand,
        };
        self.remove();
        Some(class)
    }

    fn add(&mut self, bracket: Bracket) {
        self.levels += bracket.levels();
        self.statements += bracket.statements();
        self.doubts += bracket.doubts();
        self.open.push(bracket);
    }

    fn remove(&mut self) -> Option<Bracket> {
        let bracket = self.open.pop()?;
        self.levels -= bracket.levels();
        self.statements -= bracket.statements();
        self.doubts -= bracket.doubts();
        Some(bracket)
    }

    fn check(&mut self, at: usize) -> Result<(), TooDeep> {
        self.peak = self.peak.max(Peak { nested: self.open.len() + self.statements, levels: self.levels });
        if self.open.len() > MAX_BRACKETS + 1 {
            return Err(TooDeep::Brackets(at));
        }
        if self.doubted > MAX_DOUBTED + self.tokens {
            return Err(TooDeep::Doubts(at));
        }
        if self.statements > MAX_STATEMENTS {
            return Err(TooDeep::Statements(at));
        }
        if self.levels > MAX_LEVELS { Err(TooDeep::Levels(at)) } else { Ok(()) }
    }

    /// Whether both will read the rest alike.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let shape =
            |reading: &Self| (reading.at, reading.open.len(), reading.last, reading.before, reading.line_before_last);
        let same = |(a, b): (&Bracket, &Bracket)| a.closer == b.closer && a.control == b.control;
        shape(self) == shape(other) && self.open.iter().zip(&other.open).all(same)
    }

    /// Takes the worse of both.
    pub(super) fn absorb(&mut self, other: &Self) {
        let merged: Vec<Bracket> =
            self.open.iter().zip(&other.open).map(|(mine, theirs)| mine.or_worse(theirs)).collect();
        (self.open, self.levels, self.statements, self.doubts) = (Vec::with_capacity(merged.len()), 0, 0, 0);
        merged.into_iter().for_each(|bracket| self.add(bracket));
        self.tokens = self.tokens.min(other.tokens);
        self.doubted = self.doubted.max(other.doubted);
        self.peak = self.peak.max(other.peak);
    }
}

impl Bracket {
    fn or_worse(self, other: &Self) -> Self {
        let doubts = [self.doubt, other.doubt];
        let doubt = [Doubt::Real, Doubt::Possible].into_iter().find(|doubt| doubts.contains(doubt));
        Self {
            closer: self.closer,
            control: self.control,
            doubt: doubt.unwrap_or(Doubt::None),
            over: self.over && other.over,
            angles: self.angles.max(other.angles),
            kept: self.kept.max(other.kept),
            statement: self.statement.max(other.statement),
            expression: self.expression.max(other.expression),
        }
    }
}
