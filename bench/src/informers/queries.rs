//! What it takes to find objects in a shared informer of ours.

use std::hint::black_box;

use lookglass_informer::{Index, SharedInformer};
use lookglass_object::{Object, Selector};
use tokio::time::Instant;

use crate::measure::{Failure, Line};

/// The label that every hundredth workload shares.
const LABEL: &str = "app.kubernetes.io/part-of";

/// Asks for the objects of one value of a label, without and with an index, and for their decoded values.
pub(super) fn run<K: Send + Sync + 'static>(
    informer: &SharedInformer<K>,
    client: &str,
    decode: fn(&Object<K>) -> bool,
) -> Result<(), Failure> {
    let selector: Selector = format!("{LABEL}=shop-42").parse()?;
    let lister = informer.lister();
    let told = |what: &str, often: usize, query: &dyn Fn() -> usize| {
        let (found, time) = median(often, query);
        let line =
            Line { client: client.to_owned(), what: format!("query: {what}"), items: found as u64, ..Line::default() };
        Line { cpu_us: time, wall_us: time, ..line }.print();
    };
    told("by label selector", 21, &|| lister.list(&selector).len());
    let index = informer.add_index(Index::label(LABEL))?;
    told("by label selector, with an index", 301, &|| lister.list(&selector).len());
    told("by label index", 301, &|| index.get("shop-42").len());
    let decoded = || lister.list(&selector).iter().filter(|pod| decode(pod)).count();
    told("typed, first time", 1, &decoded);
    told("typed, second time", 101, &decoded);
    Ok(())
}

/// What it found, and the median of its times in microseconds.
fn median(often: usize, query: &dyn Fn() -> usize) -> (usize, f64) {
    let mut found = 0;
    let mut times: Vec<f64> = (0..often)
        .map(|_| {
            let begun = Instant::now();
            found = black_box(query());
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (found, times[times.len() / 2])
}
