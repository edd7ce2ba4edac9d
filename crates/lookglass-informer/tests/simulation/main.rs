//! The simulation: reflectors and informers over the embedded server, with everything going wrong that can, from a seed.
//!
//! Writers write, subscribers come and go, read fast, slowly or not at all, and panic; connections break at any byte, versions expire, the server refuses, stalls, keeps bookmarks
//! to itself, restarts without its past, loses everything or is restored from a backup; the clock jumps. Then the faults stop, and the caches must be as the server is; every subscriber's
//! events must replay to that; and nothing may have been told that never was.
//!
//! A run is one thread, in paused time, without sockets. Everything comes from the seed, so that a run can be had again.
//!
//! Two variables change what is run: `SIMULATION_SEEDS` how many, `SIMULATION_SEED` which one alone.

mod by_hand;
mod chance;
mod follower;
mod ledger;
mod misfortune;
mod run;
mod stream;
mod subscribers;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use parking_lot::Mutex;

/// The first of many.
const FIRST: u64 = 1;

/// How many are run if nothing else is said.
const SEEDS: u64 = 1000;

/// After so many that failed, no more are begun.
const ENOUGH: usize = 10;

fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so how much is to be simulated")]
    let said = std::env::var(variable).ok()?;
    Some(said.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not {said:?}")))
}

/// Runs a seed; the hash of what happened. If it fails, says how to have it again.
fn run(seed: u64) -> Option<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime needs nothing");
    let trace = catch_unwind(AssertUnwindSafe(|| runtime.block_on(run::simulate(seed)))).ok();
    if trace.is_none() {
        eprintln!(
            "\nseed {seed} failed; to run it again:\n\
             SIMULATION_SEED={seed} cargo test -p lookglass-informer --test simulation -- whatever_happens --nocapture\n"
        );
    }
    trace
}

#[test]
fn whatever_happens_the_caches_become_as_the_server_is() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let trace = run(seed).unwrap_or_else(|| panic!("seed {seed} failed"));
        println!("the trace of seed {seed} is {trace:016x}");
        return;
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let (next, failed) = (AtomicU64::new(FIRST), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while failed.lock().len() < ENOUGH {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= FIRST + seeds {
                        break;
                    }
                    if run(seed).is_none() {
                        failed.lock().push(seed);
                    }
                }
            });
        }
    });
    assert_eq!(*failed.lock(), [0; 0], "these seeds failed; how to run them again is said above");
}

#[test]
fn a_seed_gives_the_same_trace_each_time() {
    for seed in 1..=50 {
        let trace = run(seed).expect("it does not fail");
        assert_eq!(run(seed), Some(trace), "seed {seed}");
    }
    assert_ne!(run(1), run(2));
}
