use super::{LogPage, LogQuery, chunks};
use crate::Store;
use crate::testing::{new_function, record, store_with_app};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use ramekin_model::limits::{MAX_CONSOLE_LINE, MAX_CONSOLE_LINES, MAX_LOG_PAGE, MAX_LOG_PAGE_BYTES};
use ramekin_model::{AppId, ConsoleLine, InvocationRecord, LogLevel, TriggerType};
use std::collections::HashSet;
use uuid::Uuid;

async fn deployed() -> (Store, AppId, Uuid) {
    let (store, app) = store_with_app().await;
    let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
    (store, app, id)
}

fn newest(limit: u32) -> LogQuery {
    LogQuery { limit, since: None, before: None, errors_only: false }
}

fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

fn line(message: &str) -> ConsoleLine {
    ConsoleLine { level: LogLevel::Warn, message: message.into(), timestamp: 1_700_000_000_000 }
}

#[tokio::test]
async fn a_record_comes_back_as_it_went() {
    let (store, app, id) = deployed().await;
    let full = InvocationRecord {
        user_id: Some("not-a-uuid'; DROP TABLE".into()),
        method: "PATCH".into(),
        path: "/v1/ü".into(),
        status_code: Some(65_535),
        request_bytes: i64::from(u32::MAX),
        response_bytes: i64::MAX / 2,
        duration_ms: 300_000,
        cpu_us: 300_000_000,
        memory_bytes: 1 << 30,
        error: Some("Error: no".into()),
        stack: Some("at hello.ts:1:2\n  at \"x\"".into()),
        console: [LogLevel::Debug, LogLevel::Log, LogLevel::Info, LogLevel::Warn, LogLevel::Error]
            .map(|level| ConsoleLine { level, message: "{\"a\": [1]} \u{1F600}".into(), timestamp: -1 })
            .to_vec(),
        trigger: TriggerType::S3Upload,
        ..record(&app, id, now())
    };
    let bare = InvocationRecord { status_code: None, ..record(&app, id, now() - Duration::seconds(1)) };
    store.invocations().record(&[bare.clone(), full.clone()]).await.unwrap();
    let page = store.invocations().page(id, &newest(10)).await.unwrap();
    assert_eq!(page.records, [full, bare]);
    assert!(!page.has_more);
}

#[tokio::test]
async fn nul_characters_are_replaced() {
    let (store, app, id) = deployed().await;
    let nul = || "a\0b".to_owned();
    let dirty = InvocationRecord {
        user_id: Some(nul()),
        method: nul(),
        path: nul(),
        error: Some(nul()),
        stack: Some(nul()),
        console: vec![line("clean"), line("a\0b\0")],
        ..record(&app, id, now())
    };
    store.invocations().record(&[dirty]).await.unwrap();
    let page = store.invocations().page(id, &newest(1)).await.unwrap();
    let stored = &page.records[0];
    for text in
        [&stored.user_id, &stored.error, &stored.stack, &Some(stored.method.clone()), &Some(stored.path.clone())]
    {
        assert_eq!(text.as_deref(), Some("a\u{FFFD}b"));
    }
    assert_eq!(stored.console, [line("clean"), line("a\u{FFFD}b\u{FFFD}")]);
}

#[tokio::test]
async fn pages_are_newest_first_and_stable_within_a_microsecond() {
    let (store, app, id) = deployed().await;
    let start = now();
    // Ten calls in each of ten microseconds.
    let mut records: Vec<_> = (0..100).map(|n| record(&app, id, start + Duration::microseconds(n / 10))).collect();
    records.sort_by_key(|record| (record.id, record.started_at));
    store.invocations().record(&records).await.unwrap();
    let all = store.invocations().page(id, &newest(100)).await.unwrap();
    assert!(!all.has_more && all.records.len() == 100);
    assert!(all.records.is_sorted_by(|a, b| (a.started_at, a.id) > (b.started_at, b.id)));
    for limit in [0, 1, 15, 99] {
        let page = store.invocations().page(id, &newest(limit)).await.unwrap();
        assert!(page.has_more, "{limit}");
        assert_eq!(page.records, all.records[..limit as usize], "{limit}");
    }
    let since = LogQuery { since: Some(start + Duration::microseconds(4)), ..newest(50) };
    let later = store.invocations().page(id, &since).await.unwrap();
    assert_eq!(later.records, all.records[..50], "strictly later than the fifth microsecond");
    assert!(!later.has_more);
}

#[tokio::test]
async fn a_cursor_goes_through_the_log_without_loss_or_repetition() {
    let (store, app, id) = deployed().await;
    let start = now();
    // Seven calls in each of three microseconds; every third of them fails.
    let records: Vec<_> = (0..21)
        .map(|n| InvocationRecord {
            error: (n % 3 == 0).then(|| "HTTP 500".into()),
            ..record(&app, id, start + Duration::microseconds(n / 7))
        })
        .collect();
    store.invocations().record(&records).await.unwrap();
    for (errors_only, limit) in [(false, 4), (false, 7), (false, 21), (true, 3)] {
        let query = LogQuery { errors_only, ..newest(1_000) };
        let all = store.invocations().page(id, &query).await.unwrap().records;
        let (mut read, mut before) = (Vec::new(), None);
        loop {
            let page = store.invocations().page(id, &LogQuery { limit, before, ..query.clone() }).await.unwrap();
            // What is recorded meanwhile is newer, and changes nothing for who goes back.
            store.invocations().record(&[record(&app, id, now())]).await.unwrap();
            before = page.next();
            read.extend(page.records);
            if before.is_none() {
                break;
            }
        }
        assert_eq!(read, all, "{limit}");
    }
}

#[tokio::test]
async fn a_page_has_an_upper_limit() {
    let (store, app, id) = deployed().await;
    let start = now();
    let records: Vec<_> =
        (0..=MAX_LOG_PAGE).map(|n| record(&app, id, start + Duration::microseconds(n.into()))).collect();
    store.invocations().record(&records[..MAX_LOG_PAGE as usize]).await.unwrap();
    let full = store.invocations().page(id, &newest(u32::MAX)).await.unwrap();
    assert!(full.records.len() == MAX_LOG_PAGE as usize && !full.has_more);
    store.invocations().record(&records[MAX_LOG_PAGE as usize..]).await.unwrap();
    let more = store.invocations().page(id, &newest(u32::MAX)).await.unwrap();
    assert!(more.records.len() == MAX_LOG_PAGE as usize && more.has_more);
}

#[tokio::test]
async fn a_page_has_so_much_text_or_one_record() {
    let (store, app, id) = deployed().await;
    let start = now();
    // Each has a quarter of what a page may have, its empty console (`[]`) counted; the oldest has more than all of it.
    let quarter = MAX_LOG_PAGE_BYTES as usize / 4;
    let sized = |n: i64, size: usize| InvocationRecord {
        error: Some("x".repeat(size - 2)),
        ..record(&app, id, start + Duration::microseconds(n))
    };
    let records: Vec<_> = [sized(0, 4 * quarter + 1)].into_iter().chain((1..=4).map(|n| sized(n, quarter))).collect();
    for record in &records {
        store.invocations().record(std::slice::from_ref(record)).await.unwrap();
    }
    let page = async |before| store.invocations().page(id, &LogQuery { before, ..newest(1_000) }).await.unwrap();
    let ids = |page: &LogPage| page.records.iter().map(|record| record.id).collect::<Vec<_>>();
    let first = page(None).await;
    assert_eq!((ids(&first), first.has_more), (records[1..].iter().rev().map(|record| record.id).collect(), true));
    let last = page(first.next()).await;
    assert_eq!((ids(&last), last.has_more), (vec![records[0].id], false), "one that is too large still comes");
    // A byte more, and the fourth goes onto the next page.
    let newer = sized(5, 3);
    store.invocations().record(std::slice::from_ref(&newer)).await.unwrap();
    let first = page(None).await;
    assert_eq!((first.records.len(), first.has_more), (4, true));
    assert_eq!(first.records[0].id, newer.id);
    let next = page(first.next()).await;
    assert_eq!((ids(&next), next.has_more), (vec![records[1].id], true));
}

#[tokio::test]
async fn errors_only_means_with_an_error_text() {
    let (store, app, id) = deployed().await;
    let ok = record(&app, id, now());
    let failed = InvocationRecord { error: Some("HTTP 404".into()), ..record(&app, id, now()) };
    store.invocations().record(&[ok, failed.clone()]).await.unwrap();
    let errors = LogQuery { errors_only: true, ..newest(10) };
    assert_eq!(store.invocations().page(id, &errors).await.unwrap().records, [failed]);
}

#[tokio::test]
async fn a_record_of_a_lost_function_loses_only_itself() {
    let (store, app, id) = deployed().await;
    let lost = record(&app, Uuid::new_v4(), now());
    let kept = record(&app, id, now());
    store.invocations().record(&[lost.clone(), kept.clone(), lost]).await.unwrap();
    assert_eq!(store.invocations().page(id, &newest(10)).await.unwrap().records, [kept]);
    store.invocations().record(&[]).await.unwrap();
}

#[tokio::test]
async fn the_log_of_a_deleted_function_is_still_written_and_read() {
    let (store, app, id) = deployed().await;
    store.functions().delete(&app, "hello").await.unwrap();
    let late = record(&app, id, now());
    store.invocations().record(std::slice::from_ref(&late)).await.unwrap();
    assert_eq!(store.invocations().page(id, &newest(10)).await.unwrap().records, [late]);
}

#[tokio::test]
async fn a_batch_sent_again_counts_once() {
    let (store, app, id) = deployed().await;
    let batch = [record(&app, id, now()), record(&app, id, now())];
    store.invocations().record(&batch).await.unwrap();
    store.invocations().record(&batch).await.unwrap();
    let (_, stats) = store.functions().get(&app, "hello").await.unwrap().unwrap();
    assert_eq!((stats.invocations, stats.day_invocations), (2, 2));
}

#[tokio::test]
async fn concurrent_batches_over_the_same_functions_all_count() {
    let (store, app, first) = deployed().await;
    let second = store.functions().deploy(&app, &new_function("second")).await.unwrap().id;
    let batches = (0..16).map(|n| {
        let (store, app) = (store.clone(), app.clone());
        // Half of them in the other order: without an order of locks they would wait for each other for ever.
        let order = if n % 2 == 0 { [first, second] } else { [second, first] };
        tokio::spawn(async move {
            for _ in 0..10 {
                let batch = order.map(|id| record(&app, id, now()));
                store.invocations().record(&batch).await.unwrap();
            }
        })
    });
    for batch in batches.collect::<Vec<_>>() {
        batch.await.unwrap();
    }
    for (_, stats) in store.functions().list(&app).await.unwrap() {
        assert_eq!((stats.invocations, stats.day_invocations), (160, 160));
    }
}

#[tokio::test]
async fn a_large_batch_is_fast() {
    let (store, app, id) = deployed().await;
    let console = vec![line("a line of ordinary length, such as people write"); 3];
    let batch = |size| -> Vec<_> {
        (0..size).map(|_| InvocationRecord { console: console.clone(), ..record(&app, id, now()) }).collect()
    };
    for size in [1, 100, 1_000, 2_500] {
        let batch = batch(size);
        let begun = std::time::Instant::now();
        store.invocations().record(&batch).await.unwrap();
        let took = begun.elapsed();
        println!("{size} records in {took:?}");
        assert!(took.as_secs() < 5, "{size}: {took:?}");
    }
    let (_, stats) = store.functions().get(&app, "hello").await.unwrap().unwrap();
    assert_eq!(stats.invocations, 3_601);
}

#[tokio::test]
async fn records_of_the_largest_size_are_sent_in_pieces() {
    let (store, app, id) = deployed().await;
    let console = vec![line(&"x".repeat(MAX_CONSOLE_LINE)); MAX_CONSOLE_LINES];
    let batch: Vec<_> =
        (0..20).map(|_| InvocationRecord { console: console.clone(), ..record(&app, id, now()) }).collect();
    assert_eq!(chunks(&batch).map(<[_]>::len).collect::<Vec<_>>(), [4, 4, 4, 4, 4]);
    store.invocations().record(&batch).await.unwrap();
    let (mut read, mut before) = (HashSet::new(), None);
    loop {
        let page = store.invocations().page(id, &LogQuery { before, ..newest(20) }).await.unwrap();
        read.extend(page.records.iter().map(|record| record.id));
        before = page.next();
        if before.is_none() {
            break;
        }
    }
    assert_eq!(read.len(), 20);
    let small = vec![record(&app, id, now()); 1_001];
    assert_eq!(chunks(&small).map(<[_]>::len).collect::<Vec<_>>(), [1_000, 1]);
}
