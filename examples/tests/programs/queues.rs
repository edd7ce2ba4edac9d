//! The work queues.

use crate::support::output_of;

#[test]
fn work_queue() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_work_queue")), @r"
    added twice: 1 waiting
    added while a worker has it: 0 waiting
    a second worker is given it: false
    when the worker is done: 1 waiting
    default/broken given up: no such image
    default/flaky: 3 runs
    default/broken: 4 runs
    in two workers at once: 0
    added after shut down: 2 waiting
    drain of processing items: Drained, 2 waiting
    drain of everything: Drained, 0 waiting
    the worker ended: true
    ");
}

#[test]
fn delaying_queue() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_delaying_queue")), @r"
    ready 1, delayed 3
    at once at 0ns
    first at 10s
    second at 20s
    third at 30s
    ready 0, delayed 0
    after shut down: None
    ");
}

#[test]
fn rate_limiting_queue() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_rate_limiting_queue")), @r"
    per-item exponential: 5ms 10ms 20ms 40ms 80ms 5ms; 5 retries, 0 once forgotten
    per-item fast and slow: 5ms 5ms 5ms 10s 10s 5ms; 5 retries, 0 once forgotten
    bucket of 10 per second, burst 2: 0ns 0ns 100ms 200ms 300ms 400ms; 0 retries, 0 once forgotten
    longest of both: 50ms 100ms 200ms 400ms 800ms 400ms; 5 retries, 0 once forgotten
    exponential, at most 30 ms: 5ms 10ms 20ms 30ms 30ms 5ms; 5 retries, 0 once forgotten
    controller's default: 5ms 10ms 20ms 40ms 80ms 5ms; 5 retries, 0 once forgotten
    run after 0 retries
    run after 1 retries
    run after 2 retries
    run after 3 retries
    forgotten: 0 retries
    ");
}
