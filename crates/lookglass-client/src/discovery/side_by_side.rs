//! Several requests at a time.

use std::{future::poll_fn, pin::Pin, task::Poll};

/// What the futures give, in their order; at most `bound` of them run at a time. Dropping it drops those that run.
pub(super) async fn side_by_side<F: Future>(bound: usize, futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting = futures.enumerate().fuse();
    let mut running: Vec<(usize, Pin<Box<F>>)> = Vec::new();
    let mut done: Vec<(usize, F::Output)> = Vec::new();
    poll_fn(|cx| {
        loop {
            running.extend(waiting.by_ref().take(bound.max(1) - running.len()).map(|(at, it)| (at, Box::pin(it))));
            let before = running.len();
            running.retain_mut(|(at, future)| match future.as_mut().poll(cx) {
                Poll::Ready(output) => {
                    done.push((*at, output));
                    false
                }
                Poll::Pending => true,
            });
            if before == 0 {
                return Poll::Ready(());
            }
            // A place has become free only if something ended.
            if running.len() == before {
                return Poll::Pending;
            }
        }
    })
    .await;
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, output)| output).collect()
}
