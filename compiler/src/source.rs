//! What an author wrote: one text and the name it goes by. The name's extension says the language.

use crate::source_map::SourceMap;
use std::sync::Arc;

/// One module, as it was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What diagnostics and stacks call it, e.g. `hello.ts`.
    pub file_name: String,
    /// The text itself.
    pub code: String,
    /// Where the text comes from, if it was made of several files: then it is JavaScript, and diagnostics and stacks speak of
    /// those files.
    pub bundle: Option<Arc<SourceMap>>,
}

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// `.ts`, `.mts`, and every name that says nothing else.
    TypeScript,
    /// `.tsx`
    Tsx,
    /// `.js`, `.mjs`
    JavaScript,
    /// `.jsx`
    Jsx,
}

impl Source {
    /// The name of a function that was deployed as a bare text.
    pub const UNNAMED: &str = "function.ts";

    /// A text with a name.
    pub fn new(file_name: impl Into<String>, code: impl Into<String>) -> Self {
        Self { file_name: file_name.into(), code: code.into(), bundle: None }
    }

    /// A text that was made of several files.
    pub fn bundled(file_name: impl Into<String>, code: impl Into<String>, map: SourceMap) -> Self {
        Self { bundle: Some(Arc::new(map)), ..Self::new(file_name, code) }
    }

    /// A text that came without a name: a TypeScript module, [`Source::UNNAMED`].
    pub fn unnamed(code: impl Into<String>) -> Self {
        Self::new(Self::UNNAMED, code)
    }

    pub(crate) fn language(&self) -> Language {
        if self.bundle.is_some() {
            return Language::JavaScript;
        }
        match self.file_name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("tsx") => Language::Tsx,
            Some("js" | "mjs") => Language::JavaScript,
            Some("jsx") => Language::Jsx,
            _ => Language::TypeScript,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Source};

    #[test]
    fn the_extension_says_the_language() {
        let language = |name: &str| Source::new(name, "").language();
        assert_eq!(language("hello.ts"), Language::TypeScript);
        assert_eq!(language("hello.mts"), Language::TypeScript);
        assert_eq!(language("a.b/hello"), Language::TypeScript);
        assert_eq!(language("page.tsx"), Language::Tsx);
        assert_eq!(language("a.ts.mjs"), Language::JavaScript);
        assert_eq!(language("old.js"), Language::JavaScript);
        assert_eq!(language("old.jsx"), Language::Jsx);
        assert_eq!(Source::unnamed("").language(), Language::TypeScript);
    }
}
