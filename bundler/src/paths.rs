//! Paths of the author's files: relative, with `/`, without `.` and `..`.

/// Extensions that an import may leave out, in the order they are tried.
const PROBED: &[&str] = &[".ts", ".tsx", ".mts", ".js", ".mjs", ".jsx", ".cjs", ".cts", ".json"];

/// The path that a relative specifier in a file means; `None` if it leads out of the function's folder.
pub fn join(importer: &str, specifier: &str) -> Option<String> {
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The file that a path without its end may stand for: as it is, with an extension, as a folder's index; and the other way
/// about `x.js` for `x.ts`, which is how TypeScript writes it.
pub fn probe(path: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let tried = |text: String| exists(&text).then_some(text);
    if exists(path) {
        return Some(path.to_owned());
    }
    let added = PROBED.iter().find_map(|extension| tried(format!("{path}{extension}")));
    let exchanged = || {
        let (stem, extension) = path.rsplit_once('.')?;
        let others: &[&str] = match extension {
            "js" => &["ts", "tsx", "jsx"],
            "mjs" => &["mts"],
            "cjs" => &["cts"],
            "jsx" => &["tsx"],
            _ => &[],
        };
        others.iter().find_map(|extension| tried(format!("{stem}.{extension}")))
    };
    let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
    let index = || PROBED.iter().find_map(|extension| tried(format!("{folder}index{extension}")));
    added.or_else(exchanged).or_else(index)
}

/// What follows the last dot of a path's last part; empty if there is none.
pub fn extension_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_inside() {
        assert_eq!(join("a/b.ts", "./c").as_deref(), Some("a/c"));
        assert_eq!(join("a/b.ts", "../c/./d.ts").as_deref(), Some("c/d.ts"));
        assert_eq!(join("b.ts", "./").as_deref(), Some(""));
        assert_eq!(join("a/b.ts", ".").as_deref(), Some("a"));
        assert_eq!(join("a/b.ts", "../../c"), None);
        assert_eq!(join("b.ts", "../b.ts"), None);
    }

    #[test]
    fn what_is_left_out_is_tried() {
        let files = ["a.ts", "b/index.tsx", "c.mts", "d.json", "index.js", "e.js", "e.ts"];
        let found = |path: &str| probe(path, |path| files.contains(&path));
        assert_eq!(found("a").as_deref(), Some("a.ts"));
        assert_eq!(found("a.js").as_deref(), Some("a.ts"), "as TypeScript writes it");
        assert_eq!(found("b").as_deref(), Some("b/index.tsx"));
        assert_eq!(found("c.mjs").as_deref(), Some("c.mts"));
        assert_eq!(found("d").as_deref(), Some("d.json"));
        assert_eq!(found("").as_deref(), Some("index.js"));
        assert_eq!(found("e.js").as_deref(), Some("e.js"), "what is there as written wins");
        assert_eq!(found("x"), None);
    }

    #[test]
    fn extensions() {
        assert_eq!(["a.b/c", "a/c.d.ts", ".x", "a"].map(extension_of), ["", "ts", "x", ""]);
    }
}
