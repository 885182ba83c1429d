use super::*;
use std::ffi::OsStr;

fn shell(script: &str) -> Bundlers {
    Bundlers::new("/bin/sh".into(), ["-c", script].map(|word| OsStr::new(word).to_owned()))
}

async fn outcome(script: &str) -> ProcessError {
    shell(script).bundle(&Request::default()).await.unwrap_err()
}

#[tokio::test]
async fn what_it_answers_is_read() {
    let bundlers = shell(r#"cat >/dev/null; printf '{"Done":{"code":"1","map":"{}"}}'"#);
    assert_eq!(bundlers.bundle(&Request::default()).await.unwrap().code, "1");
    let wrong = outcome(r#"cat >/dev/null; printf '{"Wrong":[]}'"#).await;
    assert!(matches!(wrong, ProcessError::Problems(_)), "{wrong}");
}

#[tokio::test]
async fn how_it_ends_says_why() {
    assert!(matches!(outcome("kill -XCPU $$").await, ProcessError::TooLong));
    assert!(matches!(
        outcome("echo 'memory allocation of 5 bytes failed' >&2; kill -ABRT $$").await,
        ProcessError::TooMuchMemory
    ));
    assert!(matches!(
        outcome("echo 'thread x has overflowed its stack' >&2; kill -ABRT $$").await,
        ProcessError::TooDeep
    ));
    let died = outcome("echo oops >&2; exit 3").await;
    assert_eq!(died.to_string(), "the bundler failed: oops");
    let odd = outcome("echo '{}'").await;
    assert!(odd.is_of_sources() && odd.to_string().starts_with("the bundler failed"), "{odd}");
    let missing = Bundlers::new("/nonexistent".into(), []).bundle(&Request::default()).await.unwrap_err();
    assert!(!missing.is_of_sources(), "{missing}");
}

#[tokio::test]
async fn it_is_ended_with_all_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let mut bundlers = shell(&format!("sleep 1000 & echo $! > '{}'; wait", file.display()));
    bundlers.wall = Duration::from_millis(500);
    let error = bundlers.bundle(&Request::default()).await.unwrap_err();
    assert!(matches!(error, ProcessError::TooLong), "{error}");
    let pid: i32 = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
    for _ in 0..100 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the process {pid} is still there");
}

#[tokio::test]
async fn it_sees_nothing_of_the_environment() {
    let bundlers = shell(
        r#"cat >/dev/null; n=$(env | grep -v -c -E '^(RAYON_NUM_THREADS|RUST_MIN_STACK|PWD|SHLVL|_)='); printf '{"Done":{"code":"%s","map":""}}' "$n""#,
    );
    assert_eq!(bundlers.bundle(&Request::default()).await.unwrap().code, "0");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    assert!(matches!(outcome("cat >/dev/null; yes").await, ProcessError::TooLarge));
}
