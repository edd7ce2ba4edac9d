//! Each limiter against arithmetic done in the plainest way.

use super::{Bucket, ItemExponential, ItemFastSlow, MaxOf, RateLimiter, WithMaxWait, default_controller_limiter};
use crate::testing::start;
use proptest::{collection::vec, prelude::*};
use std::{collections::BTreeMap, time::Duration};

/// Which item is retried after which step of time, or forgotten.
fn calls() -> impl Strategy<Value = Vec<(u8, u64, bool)>> {
    vec((0_u8..4, 0_u64..2_000, proptest::bool::weighted(0.1)), 0..200)
}

proptest! {
    #[test]
    fn exponential_doubles_up_to_the_maximum(calls in calls(), base in 0_u64..50_000_000, max in 0_u64..2_000_000_000_000) {
        let (mut limiter, mut counts) = (
            ItemExponential::new(Duration::from_nanos(base), Duration::from_nanos(max)),
            BTreeMap::<u8, u32>::new(),
        );
        for (item, _, forget) in calls {
            if forget {
                limiter.forget(&item);
                counts.remove(&item);
            } else {
                let count = counts.entry(item).or_default();
                let expected = (0..*count).fold(base, |delay, _| delay.saturating_mul(2)).min(max);
                *count += 1;
                prop_assert_eq!(limiter.when(&item, start()), Duration::from_nanos(expected));
            }
            prop_assert_eq!(limiter.retries(&item), counts.get(&item).copied().unwrap_or(0));
        }
    }

    #[test]
    fn fast_then_slow(calls in calls(), attempts in 0_u32..10) {
        let (fast, slow) = (Duration::from_millis(1), Duration::from_secs(1));
        let (mut limiter, mut counts) = (ItemFastSlow::new(fast, slow, attempts), BTreeMap::<u8, u32>::new());
        for (item, _, forget) in calls {
            if forget {
                limiter.forget(&item);
                counts.remove(&item);
            } else {
                let count = counts.entry(item).or_default();
                *count += 1;
                prop_assert_eq!(limiter.when(&item, start()), if *count <= attempts { fast } else { slow });
            }
            prop_assert_eq!(limiter.retries(&item), counts.get(&item).copied().unwrap_or(0));
        }
    }

    /// Tokens counted in nanoseconds of refill, which may be owed.
    #[test]
    fn bucket_gives_a_burst_and_then_one_per_interval(calls in calls(), rate in 1_u32..500, burst in 0_u32..20) {
        let mut limiter = Bucket::per_second(f64::from(rate), burst);
        let interval = i128::try_from(Duration::from_secs_f64(1.0 / f64::from(rate)).as_nanos()).unwrap();
        let full = interval * i128::from(burst);
        let (mut tokens, mut now) = (full, start());
        for (item, step, _) in calls {
            let step = Duration::from_micros(step * 100);
            now += step;
            tokens = (tokens + i128::try_from(step.as_nanos()).unwrap()).min(full) - interval;
            let expected = u64::try_from((-tokens).max(0)).unwrap();
            prop_assert_eq!(limiter.when(&item, now), Duration::from_nanos(expected));
            RateLimiter::<u8>::forget(&mut limiter, &item);
            prop_assert_eq!(RateLimiter::<u8>::retries(&limiter, &item), 0);
        }
    }

    #[test]
    fn combined_limiters_say_the_longest_and_never_more_than_the_cap(calls in calls(), cap in 0_u64..300) {
        let millis = Duration::from_millis;
        let parts = || (ItemExponential::new(millis(3), millis(500)), Bucket::per_second(20.0, 3));
        let ((mut item_limiter, mut bucket), (a, b)) = (parts(), parts());
        let mut combined = WithMaxWait::new(MaxOf::new(a).and(b), millis(cap));
        let mut now = start();
        for (item, step, forget) in calls {
            now += millis(step / 10);
            if forget {
                item_limiter.forget(&item);
                combined.forget(&item);
            } else {
                let expected = item_limiter.when(&item, now).max(bucket.when(&item, now)).min(millis(cap));
                prop_assert_eq!(combined.when(&item, now), expected);
            }
            prop_assert_eq!(combined.retries(&item), item_limiter.retries(&item));
        }
    }
}

#[test]
fn no_number_of_retries_overflows() {
    for (base, max) in [(Duration::from_millis(5), Duration::from_secs(1000)), (Duration::MAX, Duration::MAX)] {
        let mut limiter = ItemExponential::new(base, max);
        let last = (0..5_000).map(|_| limiter.when(&'a', start())).inspect(|delay| assert!(*delay <= max)).last();
        assert_eq!(last, Some(max));
    }
    let mut limiter = ItemExponential::new(Duration::ZERO, Duration::from_secs(1));
    assert!((0..300).all(|_| limiter.when(&'a', start()).is_zero()));
}

#[test]
fn odd_rates_mean_what_they_say() {
    let day = Duration::from_secs(24 * 60 * 60);
    for rate in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
        let mut never = Bucket::per_second(rate, 2);
        let delays = [0, 1, 2, 3].map(|n| never.when(&'a', start() + day * n));
        assert_eq!(delays, [Duration::ZERO, Duration::ZERO, Duration::MAX, Duration::MAX], "{rate}");
    }
    for rate in [f64::INFINITY, 1e12] {
        let mut unlimited = Bucket::per_second(rate, 0);
        assert!((0..1_000).all(|_| unlimited.when(&'a', start()).is_zero()), "{rate}");
    }
    let mut slow = Bucket::per_second(1e-18, 1);
    assert_eq!(slow.when(&'a', start()), Duration::ZERO);
    assert!(slow.when(&'a', start()) > day * 10_000);
}

#[test]
fn the_default_for_controllers_is_the_bucket_after_a_burst_and_the_exponential_for_one_item() {
    let (mut limiter, now) = (default_controller_limiter(), start());
    for item in 0..100 {
        assert_eq!(limiter.when(&item, now), Duration::from_millis(5));
    }
    assert_eq!(limiter.when(&100, now), Duration::from_millis(100));
    assert_eq!(limiter.when(&101, now), Duration::from_millis(200));
    let last = (0..30).map(|_| limiter.when(&7, now)).last();
    assert_eq!(last, Some(Duration::from_secs(1000)));
    assert_eq!(limiter.retries(&7), 31);
    assert_eq!(ItemExponential::item_based().when(&7, now), Duration::from_millis(1));
}
