//! Limits of outbound requests, each on it and one past it. Those of one call are tested in `host-api`.

use super::*;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

#[tokio::test]
async fn redirects_on_and_past_their_number() {
    // `/3` leads to `/2`.
    let setting = setting("", |request| match request.split(' ').nth(1).unwrap()[1..].parse::<usize>().unwrap() {
        0 => ok("end"),
        left => moved(302, &format!("/{}", left - 1)),
    })
    .await;
    let send = |redirects: usize| setting.client.send(get(&format!("http://a.example/{redirects}")));
    assert_eq!(send(limits::MAX_REDIRECTS).await.unwrap().url, "http://a.example/0");
    let error = send(limits::MAX_REDIRECTS + 1).await.err().unwrap().to_string();
    assert!(error.contains("more than 20 redirects, the last from `a.example`"), "{error}");
}

#[tokio::test]
async fn fields_of_a_response_on_and_past_their_number_and_size() {
    let setting = setting("", |request| {
        let (kind, size) = request.split(' ').nth(1).unwrap()[1..].split_once('/').unwrap();
        let size: usize = size.parse().unwrap();
        // Of a size, or of a number, with the one that says where the content ends.
        let fields = match kind {
            "bytes" => format!("x-a: {}\r\n", "x".repeat(size - "content-length: 0\r\nx-a: \r\n".len())),
            _ => "x-a: 1\r\n".repeat(size - 1),
        };
        format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{fields}\r\n")
    })
    .await;
    for (kind, most) in [("bytes", limits::MAX_HEADER_BYTES), ("number", limits::MAX_HEADERS)] {
        let send = |size: usize| setting.client.send(get(&format!("http://a.example/{kind}/{size}")));
        let response = send(most).await.unwrap();
        assert!(fits(&response.headers, &"http://a.example/".parse().unwrap()).is_ok());
        let error = send(most + 1).await.err().unwrap().to_string();
        assert!(error.contains("the head of the answer of `a.example` is too large"), "{error}");
    }
    // Far too many are refused while they are read.
    for far_too_many in ["bytes/1000000", "number/10000"] {
        let error =
            setting.client.send(get(&format!("http://a.example/{far_too_many}"))).await.err().unwrap().to_string();
        assert!(error.contains("is too large"), "{error}");
    }
}

#[tokio::test]
async fn open_connections_on_and_past_their_number() {
    let setting = setting_within("", Supply::new(3, 2), |_| ok(&"x".repeat(8 << 20))).await;
    let send = |id| setting.client.send(FetchRequest { app: app(id), ..get("http://a.example/big") });
    let (first, _second) = (send("app_1").await.unwrap(), send("app_1").await.unwrap());
    let third = send("app_1");
    let other = send("app_2").await.unwrap();
    let fourth = send("app_2");
    tokio::time::pause();
    for one_more in [third, fourth] {
        let error = one_more.await.err().unwrap().to_string();
        assert!(error.contains("cannot connect to `a.example` now: too many connections are open"), "{error}");
    }
    tokio::time::resume();
    // Each of them makes room where it belongs.
    drop((first, other));
    for id in ["app_1", "app_2"] {
        let response = send(id).await.unwrap();
        assert_eq!(text(response.body).await.unwrap().len(), 8 << 20);
    }
}

#[tokio::test]
async fn connections_that_nobody_uses_are_in_nobodys_way() {
    let setting = setting_within("", Supply::new(2, 1), |_| ok("hello")).await;
    for host in ["a.example", "b.example", "a.example"] {
        let response = setting.client.send(get(&format!("http://{host}/"))).await.unwrap();
        assert_eq!(text(response.body).await.unwrap(), "hello");
    }
}

#[test]
fn a_quarter_of_the_files_are_connections() {
    let most = limits::MAX_SOCKETS;
    let files = |sockets: usize| Some(sockets as u64 * 4);
    assert_eq!([files(most - 1), files(most), files(most + 1), None].map(sockets), [most - 1, most, most, most]);
    assert_eq!([Some(0), Some(1023), Some(1024)].map(sockets), [1, 255, 256]);
    assert_eq!([1, 3, 4, 256, most].map(of_one_app), [1, 3, 3, 192, most / 4 * 3]);
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up() {
    // The server waits for the end of a request that it can read.
    let setting = Arc::new(setting("", |_| ok("hello")).await);
    let sending = tokio::spawn(setting.client.send(get("https://a.example/")));
    while setting.dialled().is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
    sleep(Duration::from_millis(50)).await;
    tokio::time::pause();
    let before = Instant::now();
    let error = sending.await.unwrap().err().unwrap().to_string();
    assert!(error.contains("`a.example`: its server did not finish the TLS handshake"), "{error}");
    let (waited, most) = (before.elapsed(), limits::CONNECT_MS + limits::HANDSHAKE_MS);
    // Some of it had passed before the clock was stopped.
    let most = Duration::from_millis(most.into());
    assert!(waited <= most && waited > most - Duration::from_secs(10), "{waited:?}");
}

/// A network that takes its time to say no.
#[derive(Default)]
struct Slow {
    lookup: Duration,
    dial: Duration,
    addresses: usize,
    dialled: Mutex<Vec<SocketAddr>>,
}

impl Slow {
    /// What a request ends with, how many addresses were tried, and after how long.
    async fn request(self) -> (String, usize, Duration) {
        let slow = Arc::new(self);
        let network: Arc<dyn Network> = Arc::<Self>::clone(&slow);
        let tls = trusting(rustls::RootCertStore::empty());
        let client = Client::within(EgressPolicy::default(), network, tls, plenty(), plenty());
        let before = Instant::now();
        let error = client.send(get("http://slow.example/")).await.err().unwrap().to_string();
        let tried = slow.dialled.lock().unwrap().len();
        (error, tried, before.elapsed())
    }
}

impl Network for Slow {
    fn resolve(&self, _: &str, _: Permit) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = vec![Ipv4Addr::new(93, 184, 215, 14).into(); self.addresses];
        let lookup = self.lookup;
        Box::pin(async move {
            sleep(lookup).await;
            Ok(found)
        })
    }

    fn dial(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> {
        self.dialled.lock().unwrap().push(address);
        let dial = self.dial;
        Box::pin(async move {
            sleep(dial).await;
            Err(io::ErrorKind::ConnectionRefused.into())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn addresses_on_and_past_their_number() {
    for (addresses, tried) in
        [(limits::MAX_ADDRESSES, limits::MAX_ADDRESSES), (limits::MAX_ADDRESSES + 1, limits::MAX_ADDRESSES)]
    {
        let (error, dialled, _) = Slow { addresses, ..Slow::default() }.request().await;
        assert!(error.contains("connection refused"), "{error}");
        assert_eq!(dialled, tried);
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_on_and_past_its_time() {
    let most = Duration::from_millis(limits::ADDRESS_MS.into());
    let moment = Duration::from_millis(20);
    for (dial, part) in [(most - moment, "connection refused"), (most + moment, "timed out")] {
        let (error, tried, waited) = Slow { dial, addresses: 1, ..Slow::default() }.request().await;
        assert!(error.contains("cannot connect to `slow.example`") && error.contains(part), "{error}");
        assert!(tried == 1 && waited < most + moment, "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn connecting_on_and_past_its_time() {
    let most = Duration::from_millis(limits::CONNECT_MS.into());
    let moment = Duration::from_millis(20);
    for (lookup, part) in [(most - moment, "cannot connect to"), (most + moment, "cannot be resolved: timed out")] {
        let (error, _, waited) = Slow { lookup, addresses: 1, ..Slow::default() }.request().await;
        assert!(error.contains(part), "{error}");
        assert!(waited < most + moment, "{waited:?}");
    }
    // All addresses together.
    let (error, tried, waited) = Slow { dial: most, addresses: 8, ..Slow::default() }.request().await;
    assert!(error.contains("timed out"), "{error}");
    assert!(tried >= 3 && waited < most + moment, "{waited:?}");
}

/// Lookups that go on until they are told to end, even if nobody waits for them.
#[derive(Default)]
struct Silent {
    lookups: Mutex<Vec<Permit>>,
}

impl Network for Silent {
    fn resolve(&self, host: &str, permit: Permit) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        if host.starts_with("fine.") {
            return Box::pin(async { Ok(vec![Ipv4Addr::new(93, 184, 215, 14).into()]) });
        }
        self.lookups.lock().unwrap().push(permit);
        Box::pin(std::future::pending())
    }

    fn dial(&self, _: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }
}

#[tokio::test(start_paused = true)]
async fn lookups_on_and_past_their_number() {
    let silent = Arc::<Silent>::default();
    let network: Arc<dyn Network> = Arc::<Silent>::clone(&silent);
    let client = Client::new(EgressPolicy::default(), network).unwrap();
    let lookups = || silent.lookups.lock().unwrap().len();
    let ask = async |id: &str, count: usize| {
        let request = || client.send(FetchRequest { app: app(id), ..get("http://slow.example/") });
        join_all((0..count).map(|_| request())).await;
    };
    ask("app_0", limits::MAX_APP_LOOKUPS).await;
    assert_eq!(lookups(), limits::MAX_APP_LOOKUPS);
    ask("app_0", 1).await;
    assert_eq!(lookups(), limits::MAX_APP_LOOKUPS);
    for n in 1..limits::MAX_LOOKUPS / limits::MAX_APP_LOOKUPS {
        ask(&format!("app_{n}"), limits::MAX_APP_LOOKUPS).await;
    }
    assert_eq!(lookups(), limits::MAX_LOOKUPS);
    ask("one_more", 1).await;
    assert_eq!(lookups(), limits::MAX_LOOKUPS);
}

#[tokio::test(start_paused = true)]
async fn slow_lookups_of_an_app_stay_within_its_share() {
    let silent = Arc::<Silent>::default();
    let network: Arc<dyn Network> = Arc::<Silent>::clone(&silent);
    let tls = trusting(rustls::RootCertStore::empty());
    let client = Client::within(EgressPolicy::default(), network, tls, Supply::new(3, 2), plenty());
    let send = |id: &str, url: &str| client.send(FetchRequest { app: app(id), ..get(url) });
    let texts = join_all((0..3).map(|_| send("app_1", "http://slow.example/"))).await;
    let texts: Vec<String> = texts.into_iter().map(|sent| sent.err().unwrap().to_string()).collect();
    assert!(texts[..2].iter().all(|text| text.contains("`slow.example` cannot be resolved: ")), "{texts:?}");
    assert!(texts[2].contains("`slow.example` cannot be resolved now: lookups"), "{texts:?}");

    // Nobody waits for those two any more, and they count all the same; other apps have what is left.
    assert_eq!(silent.lookups.lock().unwrap().len(), 2);
    let error = async |id: &str| send(id, "http://fine.example/").await.err().unwrap().to_string();
    assert!(error("app_1").await.contains("`fine.example` cannot be resolved now"));
    assert!(error("app_2").await.contains("cannot connect to `fine.example`: connection refused"));
    silent.lookups.lock().unwrap().clear();
    assert!(error("app_1").await.contains("connection refused"));
}

#[tokio::test]
async fn a_lookup_of_the_system_holds_its_permit_to_its_end() {
    let share = Supply::new(1, 1).share();
    let addresses = System.resolve("localhost", share.take().await).await.unwrap();
    assert!(addresses.iter().all(IpAddr::is_loopback) && !addresses.is_empty());
    assert!(!share.in_use());
    // Polled once, so that its thread has it, and left alone.
    let mut lookup = System.resolve("localhost", share.take().await);
    let _ = futures::poll!(&mut lookup);
    drop(lookup);
    tokio::time::timeout(Duration::from_secs(10), share.take()).await.unwrap();
}
