//! Bundling in this process, of files and of packages in a folder.

use super::Rolldown;
use crate::{Bundle, Bundler as _, Package, Problem, ProblemKind, Request, Target};
use std::collections::BTreeMap;
use std::path::Path;

struct Project {
    dir: tempfile::TempDir,
    request: Request,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let request = Request {
            entry: "index.ts".into(),
            files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
            root: dir.path().canonicalize().unwrap(),
            ..Request::default()
        };
        Self { dir, request }
    }

    /// A package `name@1.0.0`, which the author's files import by its name, and which may import these others.
    fn package(mut self, name: &str, needs: &[&str], files: &[(&str, &str)]) -> Self {
        let folder = format!("{}@1.0.0-00", name.replace('/', "+"));
        for (path, text) in files {
            let path = self.dir.path().join(&folder).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let key = format!("{name}@1.0.0");
        let package = Package {
            name: name.into(),
            version: "1.0.0".into(),
            folder,
            dependencies: needs.iter().map(|name| ((*name).to_owned(), format!("{name}@1.0.0"))).collect(),
            ..Package::default()
        };
        self.request.packages.insert(key.clone(), package);
        self.request.imports.insert(name.into(), Target::Package(key.clone(), String::new()));
        self.request.imports.insert(format!("{name}/sub"), Target::Package(key, "/sub".into()));
        self
    }

    async fn bundle(&self) -> Result<Bundle, Vec<Problem>> {
        Rolldown.bundle(self.request.clone()).await
    }

    async fn wrong(&self) -> Problem {
        self.bundle().await.unwrap_err().remove(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_become_one_module() {
    let project = Project::new(&[
        ("index.ts", "import { a } from './lib/a';\nimport fs from 'node:fs';\nexport const handler = () => a(fs);"),
        (
            "lib/a.ts",
            "export enum E { A = 'one' }\nexport const a = (x: unknown): string => E.A + x;\nexport const unused = 1;",
        ),
    ]);
    let bundle = project.bundle().await.unwrap();
    assert!(bundle.code.contains("from \"node:fs\"") && bundle.code.contains("handler"), "{}", bundle.code);
    assert!(!bundle.code.contains("unused"), "what nothing needs is left out: {}", bundle.code);
    let map: serde_json::Value = serde_json::from_str(&bundle.map).unwrap();
    assert_eq!(map["sources"], serde_json::json!(["lib/a.ts", "index.ts"]));
    let root = project.request.root.to_str().unwrap();
    assert!(!bundle.code.contains(root) && !bundle.map.contains(root), "a path of this machine");
    assert_eq!(project.bundle().await.unwrap(), bundle);
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_of_both_kinds() {
    let project =
        Project::new(&[("index.ts", "import c from 'c'; import { e } from '@s/e/sub'; export default [c, e];")])
            .package(
                "c",
                &["@s/e"],
                &[
                    (
                        "package.json",
                        r#"{"name":"c","main":"main","browser":{"./node.js":"./web.js","left-out":false}}"#,
                    ),
                    (
                        "main.js",
                        "const crypto = require('crypto'); const E = require('@s/e'); require('left-out');\n\
                         module.exports = [require('./node.js'), require('./data.json').n, crypto, E];",
                    ),
                    ("node.js", "module.exports = 'for node';"),
                    ("web.js", "module.exports = 'for the web';"),
                    ("data.json", r#"{"n":12345}"#),
                ],
            )
            .package(
                "@s/e",
                &[],
                &[
                    (
                        "package.json",
                        r##"{"name":"@s/e","type":"module","imports":{"#in":"./in.js"},
                "exports":{".":{"node":"./no.js","workerd":"./e.js"},"./sub":{"node":"./sub.js"}}}"##,
                    ),
                    ("e.js", "import '@s/e/sub'; export const chosen = 'for workerd';"),
                    ("sub.js", "import { x } from '#in'; export const e = x;"),
                    ("in.js", "export const x = 'from within';"),
                ],
            );
    let code = project.bundle().await.unwrap().code;
    for part in ["for the web", "12345", "for workerd", "from within", "from \"node:crypto\""] {
        assert!(code.contains(part), "no `{part}` in {code}");
    }
    assert!(!code.contains("for node"), "{code}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_whose_files_for_browsers_need_a_page_is_taken_as_it_is_for_others() {
    let files = [("index.ts", "import { html } from 'p'; import q from 'q'; export default [html, q];")];
    let project = Project::new(&files)
        .package(
            "p",
            &["dom"],
            &[
                (
                    "package.json",
                    r#"{"name":"p","module":"es/index.js","browser":{"./es/parse":"./es/parse.browser","dom":false}}"#,
                ),
                ("es/index.js", "export { html } from './parse';"),
                ("es/parse.js", "import dom from 'dom'; export const html = (text) => dom(text);"),
                (
                    "es/parse.browser.js",
                    "export const html = (text) => new DOMParser().parseFromString(text, 'text/html');",
                ),
            ],
        )
        .package(
            "dom",
            &[],
            &[("package.json", r#"{"name":"dom"}"#), ("index.js", "module.exports = (text) => 'parsed by hand';")],
        )
        .package(
            "q",
            &[],
            &[
                ("package.json", r#"{"name":"q","browser":{"./send.js":"./send.browser.js"}}"#),
                ("index.js", "module.exports = require('./send');"),
                ("send.js", "module.exports = 'over sockets';"),
                ("send.browser.js", "module.exports = typeof document === 'undefined' ? 'by fetch' : 'by image';"),
            ],
        );
    let code = project.bundle().await.unwrap().code;
    assert!(code.contains("parsed by hand") && code.contains("by fetch"), "{code}");
    assert!(!code.contains("DOMParser") && !code.contains("over sockets"), "{code}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_throws_when_it_is_loaded_or_is_told() {
    let files = [("index.ts", "import p from 'p'; export default p;")];
    let lazy = Project::new(&files).package(
        "p",
        &[],
        &[
            ("package.json", r#"{"name":"p"}"#),
            ("index.js", "try { require('none') } catch {} try { require('./x.node') } catch {} module.exports = 1;"),
            ("x.node", "\0"),
        ],
    );
    let code = lazy.bundle().await.unwrap().code;
    assert!(code.contains("`none`") && code.contains("native code does not run here"), "{code}");
    let eager = Project::new(&files).package(
        "p",
        &[],
        &[("package.json", r#"{"name":"p","type":"module"}"#), ("index.js", "\nimport 'none';")],
    );
    let wrong = eager.wrong().await;
    assert_eq!((wrong.kind, wrong.file.as_str()), (ProblemKind::Unresolved, "npm:p@1.0.0/index.js"));
    assert_eq!((wrong.line, wrong.column), (2, 8));
    assert!(wrong.message.contains("`none`: the package is not installed"), "{}", wrong.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_is_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.js"), "export default 'canary'").unwrap();
    let secret = outside.path().join("secret.js");
    let up = format!("../../../../../../../..{}", secret.display());
    for (json, code) in [
        (r#"{"name":"p"}"#.to_owned(), format!("import s from '{up}'; export default s;")),
        (r#"{"name":"p"}"#.to_owned(), format!("import s from '{}'; export default s;", secret.display())),
        (r#"{"name":"p"}"#.to_owned(), format!("import s from 'file://{}'; export default s;", secret.display())),
        (format!(r#"{{"name":"p","main":"{up}"}}"#), String::new()),
        (format!(r#"{{"name":"p","exports":"{up}"}}"#), String::new()),
        (format!(r#"{{"name":"p","browser":{{"./index.js":"{up}"}}}}"#), String::new()),
    ] {
        let project = Project::new(&[("index.ts", "import p from 'p'; export default p;")]).package(
            "p",
            &[],
            &[("package.json", json.as_str()), ("index.js", code.as_str())],
        );
        if let Ok(bundle) = project.bundle().await {
            assert!(!bundle.code.contains("canary"), "{json} {code}");
        }
    }
    let files = BTreeMap::from([("index.ts".to_owned(), format!("import s from '{up}'; export default s;"))]);
    let mut project = Project::new(&[]);
    project.request.files = files;
    assert!(project.wrong().await.message.contains("leads out"), "and not by the author's own files");
    assert!(Path::new(&secret).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_package_has_its_place() {
    let project = Project::new(&[("index.ts", "import p from 'p'; export default p;")]).package(
        "p",
        &[],
        &[("package.json", r#"{"name":"p"}"#), ("index.js", "// é💥\nconst = 1;")],
    );
    let wrong = project.wrong().await;
    assert_eq!((wrong.kind, wrong.file.as_str(), wrong.line), (ProblemKind::Syntax, "npm:p@1.0.0/index.js", 2));
    assert!(!wrong.message.contains(project.request.root.to_str().unwrap()), "{}", wrong.message);
    let missing =
        Project::new(&[("index.ts", "import { nope } from './a.ts'; export default nope;"), ("a.ts", "export {}")]);
    let wrong = missing.wrong().await;
    assert_eq!((wrong.file.as_str(), wrong.line, wrong.column), ("index.ts", 1, 10));
    assert_eq!(wrong.message, "`a.ts` does not export `nope`");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_read_are_told() {
    let files = [
        ("package.json", r#"{ "exports": { ".": "./index.js", "./sub": "./sub.js" } }"#),
        ("index.js", "export { used } from './used.js';\nexport { shaken } from './shaken.js';"),
        ("used.js", "export const used = 1;"),
        ("shaken.js", "export const shaken = 2;"),
        ("sub.js", "export const other = 3;"),
        ("README.md", "words"),
    ];
    let project = Project::new(&[("index.ts", "import { used } from 'p';\nexport const handler = () => used;")]);
    let project = project.package("p", &[], &files);
    let (bundle, read) = Rolldown.trace(project.request.clone()).await.unwrap();
    assert_eq!(bundle, project.bundle().await.unwrap());
    let read: Vec<&str> = read.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(read, ["p@1.0.0-00/index.js", "p@1.0.0-00/package.json", "p@1.0.0-00/shaken.js", "p@1.0.0-00/used.js"]);
}
