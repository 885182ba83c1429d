use super::*;

fn variables<const N: usize>(pairs: [(&str, &str); N]) -> Variables {
    Variables::of(pairs)
}

#[test]
fn nothing_set_gives_the_defaults() {
    let config = Config::read(&Variables::default()).unwrap();
    assert_eq!(config.max_calls, DEFAULT_MAX_CALLS);
    assert_eq!(config.database_connections, limits::DATABASE_CONNECTIONS);
    assert_eq!(config.anonymous_role, AnonymousRole::Service);
    assert_eq!((config.max_functions, config.allowed_origins.len()), (500, 0));
    let set = variables([("RAMEKIN_DATABASE_CONNECTIONS", "4"), ("RAMEKIN_ANONYMOUS_ROLE", "anon")]);
    let config = Config::read(&set).unwrap();
    assert_eq!((config.database_connections, config.anonymous_role), (4, AnonymousRole::Anon));
    assert_eq!((config.log_retention_days, config.metrics_token.is_none()), (Some(7), true));
    assert_eq!((config.audit_retention_days, config.otlp.is_none()), (Some(180), true));
    assert_eq!((config.call_rate, config.management_rate), (None, Some(300)));
    assert!(config.bootstrap_key.is_none() && config.encryption_key.is_none() && config.public_url.is_none());
    let empty = Config::read(&variables([("RAMEKIN_PUBLIC_URL", ""), ("RAMEKIN_EGRESS_ALLOW", " ")])).unwrap();
    assert!(empty.public_url.is_none());
}

#[test]
fn a_key_has_one_form() {
    let key = ApiKeyText::random().unwrap();
    assert_eq!(ApiKeyText::parse(key.expose()), Some(key.clone()));
    assert!(!format!("{key:?}").contains(key.expose()));
    let short = format!("bb_sk_{}", "a".repeat(39));
    let long = format!("bb_sk_{}", "a".repeat(41));
    let upper = format!("bb_sk_{}", "A".repeat(40));
    for bad in ["", "bb_sk_", "secret", &short, &long, &upper] {
        assert_eq!(ApiKeyText::parse(bad), None, "{bad}");
        if !bad.is_empty() {
            assert_eq!(
                Config::read(&variables([("RAMEKIN_BOOTSTRAP_KEY", bad)])).err(),
                Some(ConfigError::BootstrapKey)
            );
        }
    }
}

#[test]
fn errors_name_the_variable_and_no_secret() {
    let error = Config::read(&variables([("RAMEKIN_ENCRYPTION_KEY", "canary")])).unwrap_err().to_string();
    assert!(error.contains("RAMEKIN_ENCRYPTION_KEY") && !error.contains("canary"), "{error}");
    let old = variables([("RAMEKIN_OLD_ENCRYPTION_KEYS", "canary")]);
    let error = Config::read(&old).unwrap_err().to_string();
    assert!(error.contains("RAMEKIN_OLD_ENCRYPTION_KEYS") && !error.contains("canary"), "{error}");
    for (name, value) in [
        ("RAMEKIN_PUBLIC_URL", "ftp://example.org"),
        ("RAMEKIN_PUBLIC_URL", "https://example.org/?a=b"),
        ("RAMEKIN_ALLOW_PRIVATE_NETWORK", "maybe"),
        ("RAMEKIN_EGRESS_ALLOW", "10.0.0.0/99"),
        ("RAMEKIN_MAX_CALLS", "0"),
        ("RAMEKIN_MAX_CALLS", "10001"),
        ("RAMEKIN_DATABASE_CONNECTIONS", "3"),
        ("RAMEKIN_DATABASE_CONNECTIONS", "1001"),
        ("RAMEKIN_ANONYMOUS_ROLE", "owner"),
        ("RAMEKIN_MAX_FUNCTIONS", "0"),
        ("RAMEKIN_MAX_FUNCTIONS", "100001"),
        ("RAMEKIN_ALLOWED_ORIGINS", "*"),
        ("RAMEKIN_LOG_RETENTION_DAYS", "36501"),
        ("RAMEKIN_LOG_RETENTION_DAYS", "-1"),
        ("RAMEKIN_AUDIT_RETENTION_DAYS", "36501"),
        ("RAMEKIN_RATE_LIMIT", "1000001"),
        ("RAMEKIN_MANAGEMENT_RATE_LIMIT", "many"),
    ] {
        let error = Config::read(&variables([(name, value)])).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(value), "{error}");
    }
}

#[test]
fn private_addresses_are_allowed_by_the_operator_only() {
    let allows = |name, value, address: &str| {
        let config = Config::read(&variables([(name, value)])).unwrap();
        config.egress.allows("example.org", address.parse().unwrap(), 80)
    };
    for (name, value, allowed) in [
        ("RAMEKIN_LISTEN", "127.0.0.1:80", false),
        ("RAMEKIN_EGRESS_ALLOW", "10.0.0.0/8", true),
        ("RAMEKIN_EGRESS_ALLOW", "10.0.0.0/8:81", false),
        ("RAMEKIN_EGRESS_ALLOW", "example.org", true),
        ("RAMEKIN_ALLOW_PRIVATE_NETWORK", "true", true),
        ("RAMEKIN_ALLOW_PRIVATE_NETWORK", "false", false),
    ] {
        assert_eq!(allows(name, value, "10.1.2.3"), allowed, "{name}={value}");
        assert!(allows(name, value, "1.1.1.1"), "{name}={value}");
    }
}

#[test]
fn nothing_is_no_limit() {
    let set = |text| {
        let names = [
            "RAMEKIN_LOG_RETENTION_DAYS",
            "RAMEKIN_AUDIT_RETENTION_DAYS",
            "RAMEKIN_RATE_LIMIT",
            "RAMEKIN_MANAGEMENT_RATE_LIMIT",
        ];
        let config = Config::read(&variables(names.map(|name| (name, text)))).unwrap();
        [config.log_retention_days, config.audit_retention_days, config.call_rate, config.management_rate]
    };
    assert_eq!(set("0"), [None; 4]);
    assert_eq!(set("36500"), [Some(36_500); 4]);
    let rate = Config::read(&variables([("RAMEKIN_RATE_LIMIT", "1000000")])).unwrap().call_rate;
    assert_eq!(rate, Some(1_000_000));
}

#[test]
fn tokens_for_metrics_on_and_past_the_limit() {
    let read = |text: &str| Config::read(&variables([("RAMEKIN_METRICS_TOKEN", text)]));
    let token = "t".repeat(limits::MIN_METRICS_TOKEN);
    assert_eq!(read(&token).unwrap().metrics_token.unwrap().expose(), &token);
    for bad in ["canary", &token[1..], &format!("{token} {token}"), &format!("{token}ä")] {
        let error = read(bad).unwrap_err();
        assert_eq!(error, ConfigError::MetricsToken);
        assert!(!error.to_string().contains(bad));
    }
}

#[test]
fn the_public_url_ends_without_a_slash() {
    let config = Config::read(&variables([("RAMEKIN_PUBLIC_URL", "https://Example.org/base/")])).unwrap();
    assert_eq!(config.public_url.as_deref(), Some("https://example.org/base"));
}

#[test]
fn keys_to_servers_are_kept_at_home() {
    let dir = |variables: &Variables| config_dir(variables).map(|dir| dir.display().to_string());
    let set = variables([("HOME", "/home/a"), ("XDG_CONFIG_HOME", "/c"), ("RAMEKIN_CONFIG_DIR", "/d")]);
    assert_eq!(dir(&set).as_deref(), Ok("/d"));
    if cfg!(target_os = "linux") {
        assert_eq!(dir(&variables([("HOME", "/home/a")])).as_deref(), Ok("/home/a/.config/ramekin"));
        assert_eq!(dir(&variables([("HOME", "/home/a"), ("XDG_CONFIG_HOME", "/c")])).as_deref(), Ok("/c/ramekin"));
    }
    assert_eq!(dir(&Variables::default()), Err(ConfigError::NoConfigDir));
}

#[test]
fn addresses_of_servers() {
    for (text, url) in [
        ("http://127.0.0.1:4000", Some("http://127.0.0.1:4000")),
        ("https://Example.org/base/", Some("https://example.org/base")),
        ("http://[::1]:4000/", Some("http://[::1]:4000")),
        ("127.0.0.1:4000", None),
        ("localhost:4000", None),
        ("ftp://example.org", None),
        ("https://user@example.org", None),
        ("https://:password@example.org", None),
        ("https://example.org/?a", None),
        ("https://example.org/#a", None),
        ("", None),
    ] {
        assert_eq!(server_url(text).as_deref(), url, "{text}");
    }
}

#[test]
fn origins_are_a_list() {
    let set = variables([("RAMEKIN_ALLOWED_ORIGINS", "https://A.example/, http://b.example:1,")]);
    assert_eq!(Config::read(&set).unwrap().allowed_origins, ["https://a.example", "http://b.example:1"]);
}

#[test]
fn older_keys_are_a_list() {
    let read = |text: &str| Config::read(&variables([("RAMEKIN_OLD_ENCRYPTION_KEYS", text)]));
    let (one, two) = ("01".repeat(32), "02".repeat(32));
    for (text, count) in [(String::new(), 0), (one.clone(), 1), (format!("{one}, {two},"), 2)] {
        assert_eq!(read(&text).unwrap().old_encryption_keys.len(), count, "{text}");
    }
    assert_eq!(read(&format!("{one} {two}")).err(), Some(ConfigError::OldEncryptionKeys));
}

#[test]
fn hex_keys() {
    let text = "00ff".repeat(16);
    assert_eq!(parse_hex_key(&text).unwrap()[..4], [0, 255, 0, 255]);
    for bad in ["", "zz", &"0".repeat(63), &"0".repeat(65), &"+0".repeat(32)] {
        assert!(parse_hex_key(bad).is_none(), "{bad}");
    }
}
