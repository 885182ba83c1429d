//! Files with environment variables.

/// Variables of a `.env` file: `NAME=value` lines, `#` comments, values bare or in quotes. In double quotes `\n` is a new
/// line.
pub fn dotenv(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let (name, value) = (name.trim(), value.trim());
        let quoted = |quote: char| Some(value.strip_prefix(quote)?.split_once(quote)?.0);
        let value = if let Some(exact) = quoted('\'') {
            exact.to_owned()
        } else if let Some(escaped) = quoted('"') {
            escaped.replace("\\n", "\n")
        } else {
            value.split(" #").next().unwrap_or_default().trim_end().to_owned()
        };
        (!name.is_empty()).then(|| (name.to_owned(), value))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_files() {
        let text = "# c\nA=1\n export B = two words # c\nC='x # y'\nD=\"a\\nb\"\n\nE=\nno line\n=x\nF=a=b\nG=\"\"\n";
        let expected =
            [("A", "1"), ("B", "two words"), ("C", "x # y"), ("D", "a\nb"), ("E", ""), ("F", "a=b"), ("G", "")];
        let expected: Vec<_> = expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert_eq!(dotenv(text), expected);
    }
}
