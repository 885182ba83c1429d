//! The egress policy: nothing that it forbids is ever dialled, however the address is written, whatever its name resolves to,
//! and wherever it comes from.

use super::*;

/// A host as a URL may have it, and the address that it stands for. None of them is one of the public internet.
const FORBIDDEN: &[(&str, &str)] = &[
    // Loopback.
    ("127.0.0.1", "127.0.0.1"),
    ("127.255.255.254", "127.255.255.254"),
    ("[::1]", "::1"),
    ("[0:0:0:0:0:0:0:1]", "::1"),
    // Link-local.
    ("169.254.0.1", "169.254.0.1"),
    ("[fe80::1]", "fe80::1"),
    ("[febf:ffff::1]", "febf:ffff::1"),
    // Private.
    ("10.0.0.1", "10.0.0.1"),
    ("10.255.255.255", "10.255.255.255"),
    ("172.16.0.1", "172.16.0.1"),
    ("172.31.255.255", "172.31.255.255"),
    ("192.168.0.1", "192.168.0.1"),
    ("[fc00::1]", "fc00::1"),
    ("[fdff:ffff::1]", "fdff:ffff::1"),
    ("[fec0::1]", "fec0::1"),
    // Metadata of clouds.
    ("169.254.169.254", "169.254.169.254"),
    ("169.254.170.2", "169.254.170.2"),
    ("100.100.100.200", "100.100.100.200"),
    ("168.63.129.16", "168.63.129.16"),
    ("192.0.0.192", "192.0.0.192"),
    ("[fd00:ec2::254]", "fd00:ec2::254"),
    // Not of the public internet for other reasons; some systems take 0.0.0.0 for loopback.
    ("0.0.0.0", "0.0.0.0"),
    ("0.1.2.3", "0.1.2.3"),
    ("[::]", "::"),
    ("100.64.0.1", "100.64.0.1"),
    ("100.127.255.255", "100.127.255.255"),
    ("192.0.2.1", "192.0.2.1"),
    ("192.88.99.1", "192.88.99.1"),
    ("198.18.0.1", "198.18.0.1"),
    ("198.19.255.255", "198.19.255.255"),
    ("198.51.100.1", "198.51.100.1"),
    ("203.0.113.1", "203.0.113.1"),
    ("224.0.0.1", "224.0.0.1"),
    ("239.255.255.255", "239.255.255.255"),
    ("240.0.0.1", "240.0.0.1"),
    ("255.255.255.255", "255.255.255.255"),
    ("[ff02::1]", "ff02::1"),
    ("[100::1]", "100::1"),
    ("[2001:db8::1]", "2001:db8::1"),
    ("[3fff::1]", "3fff::1"),
    // IPv4 in other forms: decimal, hexadecimal, octal, short, and in characters that mean the same.
    ("2130706433", "127.0.0.1"),
    ("2852039166", "169.254.169.254"),
    ("0", "0.0.0.0"),
    ("0x7f000001", "127.0.0.1"),
    ("0X7F000001", "127.0.0.1"),
    ("0xa9fea9fe", "169.254.169.254"),
    ("0x7f.0x0.0x0.0x1", "127.0.0.1"),
    ("0x7f.1", "127.0.0.1"),
    ("017700000001", "127.0.0.1"),
    ("0177.0.0.01", "127.0.0.1"),
    ("127.1", "127.0.0.1"),
    ("10.1", "10.0.0.1"),
    ("192.168.257", "192.168.1.1"),
    ("127.0.0.1.", "127.0.0.1"),
    ("0x7f.1.", "127.0.0.1"),
    ("%31%32%37.0.0.1", "127.0.0.1"),
    ("127%2e0%2e0%2e1", "127.0.0.1"),
    ("127\u{3002}0\u{3002}0\u{3002}1", "127.0.0.1"),
    ("\u{ff11}\u{ff12}\u{ff17}.0.0.1", "127.0.0.1"),
    // IPv4 within IPv6: mapped, compatible, translated (NAT64 and others), 6to4, Teredo.
    ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
    ("[::ffff:7f00:1]", "::ffff:127.0.0.1"),
    ("[0:0:0:0:0:ffff:10.0.0.1]", "::ffff:10.0.0.1"),
    ("[::ffff:169.254.169.254]", "::ffff:169.254.169.254"),
    ("[::ffff:0.0.0.0]", "::ffff:0.0.0.0"),
    ("[::127.0.0.1]", "::127.0.0.1"),
    ("[::ffff:0:127.0.0.1]", "::ffff:0:127.0.0.1"),
    ("[64:ff9b::127.0.0.1]", "64:ff9b::127.0.0.1"),
    ("[64:ff9b::a9fe:a9fe]", "64:ff9b::169.254.169.254"),
    ("[64:ff9b:1::10.0.0.1]", "64:ff9b:1::10.0.0.1"),
    ("[2002:7f00:1::]", "2002:7f00:1::"),
    ("[2002:a00:1::1]", "2002:a00:1::1"),
    ("[2001::1]", "2001::1"),
    ("[2001:0:7f00:1::]", "2001:0:7f00:1::"),
];

fn row(at: usize) -> String {
    format!("row-{at}.example")
}

/// A name for each row.
fn rows() -> Names {
    FORBIDDEN.iter().enumerate().map(|(at, (_, address))| (row(at), vec![addresses(&[*address])])).collect()
}

#[tokio::test]
async fn no_form_of_a_forbidden_address_is_dialled() {
    let setting = setting_of(EgressPolicy::default(), rows(), plenty(), |_| ok("secret")).await;
    for (at, (host, _)) in FORBIDDEN.iter().enumerate() {
        let name = row(at);
        for url in [
            format!("http://{host}/?canary"),
            format!("http://{host}:8080/?canary"),
            format!("https://{host}/?canary"),
            format!("http://{name}/?canary"),
            format!("https://{name}:8443/?canary"),
            format!("http://{name}./?canary"),
        ] {
            let text = setting.denied(&url).await;
            assert!(text.contains("not allowed") && !text.contains("canary"), "{text}");
        }
    }
    assert_eq!(setting.dialled(), []);
    assert!(setting.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn every_form_is_dialled_where_the_operator_allows_its_address() {
    for (at, (host, address)) in FORBIDDEN.iter().enumerate() {
        let dialled = SocketAddr::new(address.parse().unwrap(), 80);
        let name = row(at);
        let with_port = format!("{name}:80");
        for (allowed, by_address, by_name) in [
            (*address, true, true),
            (name.as_str(), false, true),
            (with_port.as_str(), false, true),
            ("192.0.2.77,2001:db8::77,other.example", false, false),
        ] {
            let policy = EgressPolicy::new(false, allowed).unwrap();
            let setting = setting_of(policy, rows(), plenty(), |_| ok("hello")).await;
            for (url, allowed) in [(format!("http://{host}/"), by_address), (format!("http://{name}/"), by_name)] {
                if allowed {
                    assert_eq!(setting.client.send(get(&url)).await.unwrap().status, 200, "{url}");
                } else {
                    setting.denied(&url).await;
                }
            }
            let times = usize::from(by_address) + usize::from(by_name);
            assert_eq!(setting.dialled(), vec![dialled; times], "{host} where {allowed} is allowed");
        }
    }
}

#[tokio::test]
async fn every_form_is_dialled_where_the_operator_allows_all_of_them() {
    let policy = EgressPolicy::new(true, "").unwrap();
    let setting = setting_of(policy, rows(), plenty(), |_| ok("hello")).await;
    for (at, (host, address)) in FORBIDDEN.iter().enumerate() {
        // Different ports, as a connection to the same host would be used again.
        let port = 1000 + u16::try_from(at).unwrap();
        assert_eq!(setting.client.send(get(&format!("http://{host}:{port}/"))).await.unwrap().status, 200);
        assert_eq!(setting.dialled().last(), Some(&SocketAddr::new(address.parse().unwrap(), port)), "{host}");
    }
}

#[tokio::test]
async fn names_of_this_machine_are_what_they_resolve_to() {
    let names = || Names::from([("localhost".to_owned(), vec![addresses(&["127.0.0.1", "::1"])])]);
    let setting = setting_of(EgressPolicy::default(), names(), plenty(), |_| ok("secret")).await;
    for url in ["http://localhost/", "http://LOCALHOST/", "http://localhost./", "https://localhost:8443/"] {
        setting.denied(url).await;
    }
    assert_eq!(setting.dialled(), []);
    let policy = EgressPolicy::new(false, "localhost:8080").unwrap();
    let setting = setting_of(policy, names(), plenty(), |_| ok("hello")).await;
    setting.denied("http://localhost/").await;
    setting.client.send(get("http://localhost.:8080/")).await.unwrap();
    assert_eq!(setting.dialled(), ["127.0.0.1:8080".parse().unwrap()]);
}

#[tokio::test]
async fn a_url_leads_where_a_browser_would_go() {
    let setting = setting("", |_| ok("hello")).await;
    for url in [
        "http://a.example\\@127.0.0.1/",
        "http://a.example#@127.0.0.1/",
        "http://a.example?@127.0.0.1/",
        "http://a.example/@127.0.0.1/",
        "http:/\\a.example/127.0.0.1",
        " http://A.exam\nple/ ",
    ] {
        setting.client.send(get(url)).await.unwrap();
    }
    for url in [
        "http://a.example@127.0.0.1/",
        "http://a.example:80@127.0.0.1/",
        "http://user:pw@a.example/",
        "http://:@127.0.0.1:1/x@a.example",
    ] {
        let error = setting.client.send(get(url)).await.err().unwrap();
        assert!(matches!(error, FetchError::Invalid(_) | FetchError::Denied(_)), "{url}: {error}");
    }
    assert!(setting.dialled().iter().all(|address| *address == "93.184.215.14:80".parse().unwrap()));
    assert_eq!(setting.requests.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn of_several_addresses_only_allowed_ones_are_dialled() {
    let setting = setting("", |_| ok("hello")).await;
    setting.client.send(get("http://both.example/")).await.unwrap();
    assert_eq!(setting.dialled(), ["93.184.215.16:80".parse().unwrap()]);
}

#[tokio::test]
async fn what_the_operator_allows_is_dialled() {
    let setting = setting("10.0.0.0/8,127.0.0.1:8080", |_| ok("hello")).await;
    setting.client.send(get("http://inside.example/")).await.unwrap();
    setting.client.send(get("http://127.0.0.1:8080/")).await.unwrap();
    setting.denied("http://127.0.0.1:8081/").await;
    assert_eq!(setting.dialled(), ["10.0.0.7:80".parse().unwrap(), "127.0.0.1:8080".parse().unwrap()]);
}

#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let (public, inside) = (addresses(&["93.184.215.14"]), addresses(&["127.0.0.1"]));
    let names = Names::from([
        ("turns.example".to_owned(), vec![public.clone(), inside.clone()]),
        ("returns.example".to_owned(), vec![inside, public]),
    ]);
    let setting = setting_of(EgressPolicy::default(), names, plenty(), |_| ok("hello")).await;
    let request = |id: &str, url: &str| FetchRequest { app: app(id), ..get(url) };
    let dialled: SocketAddr = "93.184.215.14:80".parse().unwrap();

    // What was checked is what is dialled: the name is not looked up a second time for it.
    setting.client.send(request("app_1", "http://turns.example/")).await.unwrap();
    assert_eq!(*setting.fake.looked_up.lock().unwrap(), ["turns.example"]);
    assert_eq!(setting.dialled(), [dialled]);
    // Apps share no connection, so that this one needs another.
    setting.refused(request("app_2", "http://turns.example/")).await;
    assert_eq!(setting.fake.looked_up.lock().unwrap().len(), 2);
    assert_eq!(setting.dialled(), [dialled]);

    setting.refused(request("app_1", "http://returns.example/")).await;
    assert_eq!(setting.dialled(), [dialled]);
    setting.client.send(request("app_1", "http://returns.example/")).await.unwrap();
    assert_eq!(setting.dialled(), [dialled; 2]);
}

#[tokio::test]
async fn a_name_that_changes_its_address_between_redirects_gains_nothing() {
    let names = Names::from([(
        "turns.example".to_owned(),
        vec![addresses(&["93.184.215.14"]), addresses(&["169.254.169.254"])],
    )]);
    let setting = setting_of(EgressPolicy::default(), names, plenty(), |_| {
        "HTTP/1.1 302 Found\r\nlocation: /again\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".into()
    })
    .await;
    setting.denied("http://turns.example/").await;
    assert_eq!(setting.dialled(), ["93.184.215.14:80".parse().unwrap()]);
}

#[tokio::test]
async fn no_redirect_leads_to_a_forbidden_address() {
    // `/302?http://127.0.0.1/` is answered with what it says.
    let setting = setting("", |request| {
        let (status, place) = request.split(' ').nth(1).unwrap()[1..].split_once('?').unwrap();
        moved(status.parse().unwrap(), place)
    })
    .await;
    let mut sent = 0;
    for status in [301, 302, 303, 307, 308] {
        for place in [
            "http://127.0.0.1/",
            "//127.0.0.1:8080/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::a00:1]/",
            "https://192.168.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://inside.example/secret",
            "https://inside.example/secret",
            "http://mapped.example/",
        ] {
            let url = format!("http://a.example/{status}?{place}");
            for request in [get(&url), post(&url, Content::Bytes("body".into()))] {
                let text = setting.refused(request).await;
                assert!(!text.contains("secret") && !text.contains("meta-data"), "{text}");
                sent += 1;
            }
        }
    }
    assert_eq!(setting.requests.lock().unwrap().len(), sent);
    assert!(setting.dialled().iter().all(|address| *address == "93.184.215.14:80".parse().unwrap()));
}

#[tokio::test]
async fn redirects_are_followed_and_checked_at_every_hop() {
    let setting = setting("", |request| match request.split(' ').nth(1).unwrap() {
        "/start" => moved(302, "http://b.example/next"),
        "/next" => moved(301, "/end"),
        "/inside" => moved(302, "http://b.example/further"),
        "/further" => moved(307, "http://inside.example/secret"),
        _ => ok("end"),
    })
    .await;
    let response = setting.client.send(get("http://a.example/start")).await.unwrap();
    assert_eq!((response.url.as_str(), response.redirected), ("http://b.example/end", true));
    setting.denied("http://a.example/inside").await;
    assert!(setting.dialled().iter().all(|address| address.ip().to_string().starts_with("93.184.")));
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let setting = setting("", |request| match request.split(' ').nth(1).unwrap() {
        "/path" => moved(302, "/end"),
        "/host" => moved(307, "http://b.example/end"),
        "/port" => moved(308, "http://a.example:8080/end"),
        "/there" => moved(301, "http://b.example/back"),
        "/back" => moved(303, "http://a.example/end"),
        _ => ok("end"),
    })
    .await;
    let fields = [("authorization", "canary"), ("cookie", "canary"), ("proxy-authorization", "never"), ("x-own", "1")];
    for (start, kept) in [("path", true), ("host", false), ("port", false), ("there", false)] {
        let request = with_headers(get(&format!("http://a.example/{start}")), &fields);
        setting.client.send(request).await.unwrap();
        let last = setting.requests.lock().unwrap().last().unwrap().to_ascii_lowercase();
        assert!(last.starts_with("get /end ") && last.contains("x-own: 1") && !last.contains("never"), "{last}");
        assert_eq!(last.matches("canary").count(), if kept { 2 } else { 0 }, "{start}: {last}");
    }
}

#[tokio::test]
async fn no_tunnel_is_opened() {
    let setting = setting("", |_| ok("hello")).await;
    let error = setting.client.send(FetchRequest { method: Method::CONNECT, ..get("http://a.example/") }).await.err();
    assert!(matches!(error, Some(FetchError::Invalid(text)) if text.contains("`CONNECT`")));
    assert_eq!(setting.dialled(), []);
}
