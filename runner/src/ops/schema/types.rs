//! Types of columns: each has many spellings and one that is used here.

/// The one spelling of a type that may be asked for; `None` when it may not.
pub fn canonical(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (text, array) = match text.strip_suffix("[]") {
        Some(element) => (element.trim_end().to_owned(), "[]"),
        None => (text, ""),
    };
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), Some(rest.strip_suffix(')')?)),
        None => (text.as_str(), None),
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = match name.as_str() {
        "text" | "uuid" | "date" | "time" | "interval" | "json" | "jsonb" | "bytea" | "serial" | "bigserial"
        | "smallserial" | "integer" | "bigint" | "smallint" | "real" | "boolean" | "timestamptz" | "timestamp"
        | "timetz" | "float8" => name.as_str(),
        "bool" => "boolean",
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "float4" => "real",
        "double precision" => "float8",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "time with time zone" => "timetz",
        "time without time zone" => "time",
        "varchar" | "character varying" => return with_numbers("varchar", arguments, 1, array),
        "char" | "character" | "bpchar" => return with_numbers("char", arguments.or(Some("1")), 1, array),
        "numeric" | "decimal" => {
            // One number is the precision, and the scale is then 0.
            let scaled = arguments.map(|text| if text.contains(',') { text.to_owned() } else { format!("{text},0") });
            return with_numbers("numeric", scaled.as_deref(), 2, array);
        }
        "vector" | "public.vector" => return with_numbers("vector", arguments, 1, array),
        _ => return None,
    };
    let fits = arguments.is_none() && (array.is_empty() || !serial(plain));
    fits.then(|| format!("{plain}{array}"))
}

fn with_numbers(name: &str, arguments: Option<&str>, count: usize, array: &str) -> Option<String> {
    let Some(arguments) = arguments else { return Some(format!("{name}{array}")) };
    let numbers: Option<Vec<u32>> = arguments.split(',').map(|number| number.trim().parse().ok()).collect();
    let numbers = numbers.filter(|numbers| numbers.len() == count)?;
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    Some(format!("{name}({}){array}", numbers.join(",")))
}

/// Whether a type is a number that counts up by itself.
pub fn serial(kind: &str) -> bool {
    matches!(kind.trim().to_ascii_lowercase().as_str(), "serial" | "bigserial" | "smallserial")
}

/// A type as PostgreSQL spells it, in the spelling used here. One that could not be asked for stays as it is.
pub fn shown(type_name: &str, counts_up: bool) -> String {
    let kind = canonical(type_name).unwrap_or_else(|| type_name.to_owned());
    match kind.as_str() {
        "integer" if counts_up => "serial".into(),
        "bigint" if counts_up => "bigserial".into(),
        "smallint" if counts_up => "smallserial".into(),
        _ => kind,
    }
}

/// Whether two expressions of a default mean the same, as far as spelling goes. PostgreSQL keeps what it has understood:
/// `'x'` comes back as `'x'::text`.
pub fn same_default(wished: &str, kept: &str) -> bool {
    plain(wished) == plain(kept)
}

fn plain(expression: &str) -> String {
    let mut text = expression.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'))
        && closes_nothing(inner)
    {
        text = inner.trim();
    }
    if let Some(rest) = text.strip_prefix('\'') {
        let end = literal_end(rest);
        if let Some((literal, after)) = end.and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?)))
            && (after.is_empty() || after.starts_with("::"))
        {
            let number = literal.parse::<f64>().is_ok() && !after.is_empty();
            return if number { literal.to_owned() } else { format!("'{literal}'") };
        }
    }
    if text.contains(['\'', '"']) {
        return text.to_owned();
    }
    text.to_ascii_lowercase().replace("public.", "").split_whitespace().collect()
}

/// Where a literal ends whose opening quote has been read; two quotes stand for one in it.
fn literal_end(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('\'')?;
        if !text.get(at + 1..)?.starts_with('\'') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// Whether no bracket in it closes one before it.
fn closes_nothing(text: &str) -> bool {
    let mut open = 0_i32;
    text.chars().all(|char| {
        open += i32::from(char == '(') - i32::from(char == ')');
        open >= 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, kind) in [
            ("TEXT", "text"),
            ("int", "integer"),
            ("int4[]", "integer[]"),
            ("Double  Precision", "float8"),
            ("timestamp with time zone", "timestamptz"),
            ("varchar(20)", "varchar(20)"),
            ("character varying(20)", "varchar(20)"),
            ("character varying", "varchar"),
            ("char", "char(1)"),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("numeric(10)", "numeric(10,0)"),
            ("numeric", "numeric"),
            ("vector(3)", "vector(3)"),
            ("bigserial", "bigserial"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(kind), "{text}");
            assert_eq!(canonical(kind).as_deref(), Some(kind), "{kind}");
        }
        for bad in [
            "",
            "text; DROP TABLE todos; --",
            "text(3)",
            "varchar(x)",
            "varchar(1,2)",
            "varchar(3",
            "serial[]",
            "regclass",
            "text[][]",
            "money",
            "varchar(-1)",
        ] {
            assert_eq!(canonical(bad), None, "{bad}");
        }
        assert_eq!(shown("integer", true), "serial");
        assert_eq!(shown("point", false), "point");
    }

    #[test]
    fn defaults_that_mean_the_same() {
        for (wished, kept) in [
            ("'pending'", "'pending'::text"),
            ("'it''s'", "'it''s'::character varying"),
            ("'{}'", "'{}'::jsonb"),
            ("'{}'::jsonb", "'{}'::jsonb"),
            ("NOW()", "now()"),
            ("-1", "'-1'::integer"),
            ("(-1)", "-1"),
            ("0", "0"),
            ("TRUE", "true"),
            ("current_timestamp", "CURRENT_TIMESTAMP"),
            ("uuid_generate_v4()", "public.uuid_generate_v4()"),
            ("(now() + interval_of(1))", "(now() + interval_of(1))"),
        ] {
            assert!(same_default(wished, kept), "{wished} {kept}");
        }
        for (wished, kept) in [("'a'", "'A'::text"), ("1", "2"), ("'a' || 'b'", "'a'::text"), ("(a) + (b)", "a + b")] {
            assert!(!same_default(wished, kept), "{wished} {kept}");
        }
    }
}
