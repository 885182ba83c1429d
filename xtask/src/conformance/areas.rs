//! The parts of suites that are run; of web-platform-tests also what others have of them.

/// A part of a suite.
pub struct Area {
    /// What the table and the file of expectations call it.
    pub name: &'static str,
    /// Folders below the suite's root; of Node's suite, beginnings of names.
    pub folders: &'static [&'static str],
    /// Tests that Node.js 20 passes, where that is known.
    pub node: Option<u32>,
    /// Tests that StarlingMonkey passes by its own lists, where that is known.
    pub starling: Option<u32>,
}

const fn area(name: &'static str, folders: &'static [&'static str], node: Option<u32>, starling: Option<u32>) -> Area {
    Area { name, folders, node, starling }
}

impl Area {
    /// One that is compared with nobody else's.
    pub const fn named(name: &'static str, folders: &'static [&'static str]) -> Self {
        area(name, folders, None, None)
    }
}

/// All of web-platform-tests, in the order of the table.
pub const AREAS: &[Area] = &[
    area("url", &["url"], Some(2_086), Some(1_894)),
    area("encoding", &["encoding"], Some(11_013), Some(11_123)),
    area("streams", &["streams"], None, Some(1_054)),
    area("fetch-headers", &["fetch/api/headers"], Some(102), Some(107)),
    area("fetch-request", &["fetch/api/request"], Some(143), Some(234)),
    area("fetch-response", &["fetch/api/response"], Some(205), Some(201)),
    area("fetch-body", &["fetch/api/body"], None, Some(25)),
    area("fetch-abort", &["fetch/api/abort"], None, Some(60)),
    area("fetch-basic", &["fetch/api/basic"], None, Some(189)),
    area("fetch-redirect", &["fetch/api/redirect"], None, Some(6)),
    area(
        "fetch-others",
        &[
            "fetch/api/idlharness.any.js",
            "fetch/content-encoding",
            "fetch/content-length",
            "fetch/content-type",
            "fetch/data-urls",
            "fetch/range",
        ],
        None,
        None,
    ),
    area("FileAPI", &["FileAPI"], None, Some(311)),
    area("xhr-formdata", &["xhr/formdata"], None, Some(39)),
    area("WebCryptoAPI", &["WebCryptoAPI"], None, None),
    area("compression", &["compression"], None, Some(242)),
    area("dom-abort", &["dom/abort"], None, None),
    area("dom-events", &["dom/events"], None, None),
    area("html-webappapis", &["html/webappapis"], None, None),
    area("urlpattern", &["urlpattern"], None, None),
    area("hr-time", &["hr-time"], None, None),
    area("console", &["console"], None, Some(50)),
    area("webidl", &["webidl/ecmascript-binding"], None, Some(115)),
    area("eventsource", &["eventsource"], None, None),
];

/// Whether one of these arguments asks for what lies at this path: each is a prefix of it or the name of its area.
pub fn asked(arguments: &[String], area: &Area, path: &str) -> bool {
    arguments.is_empty()
        || arguments.iter().any(|argument| argument == area.name || path.starts_with(argument.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{AREAS, asked};

    #[test]
    fn arguments_choose_areas_and_paths() {
        let area = AREAS.iter().find(|area| area.name == "fetch-headers").unwrap();
        let path = "fetch/api/headers/headers-basic.any.js";
        for argument in ["fetch", "fetch-headers", "fetch/api/headers/headers-b", path] {
            assert!(asked(&[argument.to_owned()], area, path), "{argument}");
        }
        assert!(asked(&[], area, path));
        assert!(!asked(&["fetch-body".to_owned(), "url".to_owned()], area, path));
    }
}
