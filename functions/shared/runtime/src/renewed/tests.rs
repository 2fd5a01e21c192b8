//! A secret that is rotated, refused, spoilt, or cannot be read.

use super::*;
use std::sync::atomic::{AtomicI64, AtomicU32};

/// A clock that is set.
#[derive(Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// How the store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    With(&'static str),
    Down,
    Never,
}

struct Store {
    answers: Mutex<Answers>,
    reads: AtomicU32,
}

impl SecretStore for Arc<Store> {
    async fn read(&self, _: &str) -> Result<String> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let answers = *self.answers.lock().unwrap();
        match answers {
            Answers::With(secret) => Ok(secret.to_owned()),
            Answers::Down => Err(Error::unavailable("the secrets")),
            Answers::Never => std::future::pending().await,
        }
    }
}

/// A secret `old` read at 0, its store and its clock.
async fn opened() -> (Renewed<String, Arc<Store>>, Arc<Store>, Arc<Hands>) {
    let store =
        Arc::new(Store { answers: Mutex::new(Answers::With("\"old\"")), reads: AtomicU32::default() });
    let clock = Arc::new(Hands::default());
    let make = |text: String, _| match text.as_str() {
        "" => Err(Error::invalid("secret", "is empty".into())),
        _ => Ok(text),
    };
    let text = store.read("id").await.unwrap();
    let renewed = Renewed::open(store.clone(), "id", text, clock.clone(), make).unwrap();
    (renewed, store, clock)
}

/// What is used at a time, and how often the store was read by then.
async fn check(answers: Answers, at: i64, refused: bool, used: &str, reads: u32) {
    let (renewed, store, clock) = opened().await;
    *store.answers.lock().unwrap() = answers;
    clock.0.store(at, Ordering::Relaxed);
    renewed.refused.store(refused, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(*renewed.current().await, used, "{answers:?} at {at}");
    }
    assert_eq!(store.reads.load(Ordering::Relaxed), reads, "{answers:?} at {at}");
}

const NEW: Answers = Answers::With("\"new\"");

#[tokio::test(start_paused = true)]
async fn a_secret_is_read_again_when_it_is_old_or_refused() {
    check(NEW, 0, false, "old", 1).await;
    check(NEW, MAX_AGE_MILLIS - 1, false, "old", 1).await;
    check(NEW, MAX_AGE_MILLIS, false, "new", 2).await;
    check(NEW, -1, false, "new", 2).await;
    check(NEW, REST_MILLIS - 1, true, "old", 1).await;
    check(NEW, REST_MILLIS, true, "new", 2).await;
    check(Answers::With("\"old\""), REST_MILLIS, true, "old", 2).await;
}

#[tokio::test(start_paused = true)]
async fn the_known_one_is_kept_while_no_good_one_can_be_read() {
    for answers in [Answers::Down, Answers::Never, Answers::With("{}"), Answers::With("\"\"")] {
        check(answers, MAX_AGE_MILLIS, false, "old", 2).await;
    }
    check(Answers::Down, REST_MILLIS, true, "old", 2).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_refused_gets_another_one_if_there_is_one() {
    let (renewed, store, clock) = opened().await;
    *store.answers.lock().unwrap() = NEW;
    assert_eq!(renewed.another().await, None, "it was read just now");
    clock.0.store(REST_MILLIS, Ordering::Relaxed);
    assert_eq!(renewed.another().await.as_deref().map(String::as_str), Some("new"));
    assert_eq!(renewed.another().await, None);
    clock.0.store(2 * REST_MILLIS, Ordering::Relaxed);
    assert_eq!(renewed.another().await, None, "it is the same still");
    assert_eq!(store.reads.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn nothing_opens_without_a_good_secret_and_none_is_printed() {
    let (renewed, store, clock) = opened().await;
    assert!(!format!("{renewed:?}").contains("old"));
    for text in ["{}", "not JSON", ""] {
        let make = |text: String, _| Ok(text);
        let opened = Renewed::open(store.clone(), "id", text.to_owned(), clock.clone(), make);
        let error = opened.err().unwrap().to_string();
        assert!(!error.contains("not JSON"), "{error}");
    }
}
