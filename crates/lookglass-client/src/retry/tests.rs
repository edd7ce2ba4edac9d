//! How often, how fast, and what comes out in the end.

use std::{
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use lookglass_object::{Gvr, Status};
use tokio::time::Instant;

use super::*;
use crate::{BoxError, Error};

fn conflict(said: &str) -> Error {
    Error::Refused { what: said.to_owned(), status: Status::conflict(&Gvr::core("v1", "pods"), "a", said) }
}

fn gone() -> Error {
    Error::Refused { what: "read".to_owned(), status: Status::not_found(&Gvr::core("v1", "pods"), "a") }
}

/// Runs an operation that fails so often, and counts the attempts and the time it took.
async fn run(backoff: Backoff, fails: u32, error: fn(&str) -> Error) -> (Result<u32, Error>, u32, Duration) {
    let (attempts, begun) = (AtomicU32::new(0), Instant::now());
    let result = retry_on_conflict(backoff, || async {
        let attempt = attempts.fetch_add(1, Relaxed) + 1;
        if attempt <= fails { Err(error(&format!("attempt {attempt}"))) } else { Ok(attempt) }
    });
    let result = result.await;
    (result, attempts.into_inner(), begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_again_until_it_is_none() {
    let (result, attempts, took) = run(Backoff::DEFAULT_RETRY, 3, conflict).await;
    assert_eq!((result.unwrap(), attempts), (4, 4));
    assert!(took >= Duration::from_millis(30) && took <= Duration::from_millis(36), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_conflict_is_what_remains() {
    for (backoff, most) in [(Backoff::DEFAULT_RETRY, 5), (Backoff::DEFAULT_BACKOFF, 4)] {
        let (result, attempts, _) = run(backoff, 99, conflict).await;
        assert_eq!(attempts, most);
        assert!(result.unwrap_err().to_string().starts_with(&format!("attempt {most}")));
    }
}

#[tokio::test(start_paused = true)]
async fn another_error_ends_it_at_once() {
    let (result, attempts, took) = run(Backoff::DEFAULT_RETRY, 99, |_| gone()).await;
    assert!(result.unwrap_err().status().unwrap().is_not_found());
    assert_eq!((attempts, took), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn no_attempts_are_one_attempt() {
    let never = Backoff { attempts: 0, ..Backoff::DEFAULT_RETRY };
    let (result, attempts, _) = run(never, 99, conflict).await;
    assert!(result.is_err());
    assert_eq!(attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_the_callers_to_say() {
    let left = AtomicU32::new(2);
    let attempt = || async { Err::<(), u32>(left.fetch_sub(1, Relaxed)) };
    let result = retry_on(Backoff::default(), |left: &u32| *left > 0, attempt);
    assert_eq!(result.await, Err(0));
}

#[test]
fn pauses_are_those_of_client_go() {
    let exact =
        |backoff: Backoff| Backoff { jitter: 0.0, ..backoff }.pauses().map(|it| it.as_millis()).collect::<Vec<_>>();
    assert_eq!(exact(Backoff::DEFAULT_RETRY), [10, 10, 10, 10]);
    assert_eq!(exact(Backoff::DEFAULT_BACKOFF), [10, 50, 250]);
    let capped = Backoff { attempts: 6, factor: 3.0, cap: Some(Duration::from_millis(100)), ..Backoff::DEFAULT_RETRY };
    assert_eq!(exact(capped), [10, 30, 90, 100, 100]);
}

#[test]
fn chance_makes_pauses_longer_by_its_part_and_a_seed_repeats_it() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let pauses: Vec<_> = Backoff::DEFAULT_BACKOFF.seed(seed).pauses().collect();
        assert_eq!(pauses, Backoff::DEFAULT_BACKOFF.seed(seed).pauses().collect::<Vec<_>>(), "seed {seed}");
        for (pause, base) in pauses.iter().zip([10, 50, 250]) {
            let base = Duration::from_millis(base);
            assert!(*pause >= base && *pause < base.mul_f64(1.1), "seed {seed}: {pause:?}");
        }
        seen.extend(pauses);
    }
    assert_eq!(seen.len(), 300);
}

#[test]
fn absurd_settings_are_survived() {
    let absurd =
        Backoff { attempts: 4, factor: f64::MAX, jitter: f64::NAN, first: Duration::MAX, ..Backoff::DEFAULT_RETRY };
    assert_eq!(absurd.pauses().count(), 3);
    let negative = Backoff { factor: -1.0, jitter: -5.0, ..Backoff::DEFAULT_RETRY };
    assert_eq!(negative.pauses().count(), 4);
}

#[test]
fn conflicts_are_known_in_every_error() {
    let status = Status::conflict(&Gvr::core("v1", "pods"), "a", "b");
    assert!(Conflict::is_conflict(&status) && conflict("c").is_conflict() && !gone().is_conflict());
    let exists = Status::already_exists(&Gvr::core("v1", "pods"), "a");
    assert!(!Conflict::is_conflict(&exists));
    let boxed: BoxError = Box::new(conflict("c"));
    assert!(boxed.is_conflict());
    let wrapped: BoxError = Box::new(Error::connection("outer", conflict("c")));
    assert!(wrapped.is_conflict());
    let other: BoxError = "nothing".into();
    assert!(!other.is_conflict());
    let of_kube: kube::core::Status = serde_json::from_value(serde_json::to_value(&status).unwrap()).unwrap();
    assert!(Conflict::is_conflict(&kube::Error::Api(Box::new(of_kube))));
}
