//! Reading the numbers.

use std::collections::BTreeMap;

use lookglass_object::{Depot, Memory};

use super::families as of;
use super::{MetricFamily, MetricSample};
use crate::core::{Core, now};
use crate::processor::ListenerView;

/// What is counted for all informers of the process together: decoded values, which everybody shares.
#[must_use]
pub fn of_process() -> Vec<MetricSample> {
    let decoded = Depot::global().decoded();
    let sample = |family, value| sample(family, &[], value);
    vec![
        sample(&of::DECODES, count(decoded.misses)),
        sample(&of::DECODED_HITS, count(decoded.hits)),
        sample(&of::DECODED_EVICTIONS, count(decoded.evictions)),
        sample(&of::DECODED_OBJECTS, size(decoded.objects)),
        sample(&of::DECODED_BYTES, size(decoded.bytes)),
    ]
}

impl Core {
    pub(crate) fn metrics(&self) -> Vec<MetricSample> {
        let mut samples =
            Samples { informer: self.settings.name.to_string(), resource: self.gvr.group_resource(), all: Vec::new() };
        self.measure_whole(&mut samples);
        self.measure_subscribers(&mut samples);
        let mut all = samples.all;
        all.extend(self.measure_memory());
        all
    }

    fn measure_whole(&self, samples: &mut Samples) {
        let view = self.debug_view();
        samples.whole(&of::RUNNING, truth(view.running));
        samples.whole(&of::SYNCED, truth(view.synced));
        samples.whole(&of::OBJECTS, size(view.known_objects));
        samples.part(&of::CHANGES, "added", count(view.counts.added));
        samples.part(&of::CHANGES, "updated", count(view.counts.updated));
        samples.part(&of::CHANGES, "deleted", count(view.counts.deleted));
        samples.whole(&of::ERRORS, count(view.counts.errors));
        samples.whole(&of::SUBSCRIBERS, size(view.subscribers.len()));
        for watch in &view.watches {
            let namespace = watch.namespace.as_deref().unwrap_or_default();
            samples.part(&of::WATCHING, namespace, truth(watch.phase == "watching"));
            if let Some(age) = watch.age_seconds {
                samples.part(&of::EVENT_AGE, namespace, age);
            }
            samples.part(&of::QUEUE_DEPTH, namespace, size(watch.queue.objects));
            samples.part(&of::RECEIVED_BYTES, namespace, count(watch.received_bytes));
            samples.part(&of::LISTS, namespace, count(watch.lists));
            samples.part(&of::RELISTS, namespace, count(watch.relists));
            samples.part(&of::WATCHES, namespace, count(watch.watches));
            samples.part(&of::LISTED_OBJECTS, namespace, count(watch.items));
            samples.part(&of::EVENTS, namespace, count(watch.events));
            samples.part(&of::BOOKMARKS, namespace, count(watch.bookmarks));
            samples.part(&of::UNREADABLE, namespace, count(watch.unreadable));
            samples.part(&of::FAILURES, namespace, count(watch.failures));
        }
        for index in &view.indexes {
            samples.part(&of::INDEX_VALUES, &index.name, size(index.values));
            samples.part(&of::INDEX_ENTRIES, &index.name, size(index.entries));
            samples.part(&of::INDEX_ERRORS, &index.name, count(index.errors));
        }
    }

    fn measure_subscribers(&self, samples: &mut Samples) {
        let listeners = self.processor.listeners(now());
        let mut named: BTreeMap<&str, Vec<&ListenerView>> = BTreeMap::new();
        let mut others = Vec::new();
        for listener in &listeners {
            if listener.named && (named.len() < MOST_NAMES || named.contains_key(&*listener.name)) {
                named.entry(&listener.name).or_default().push(listener);
            } else {
                others.push(listener);
            }
        }
        for (name, listeners) in &named {
            measure_lag(samples, name, listeners);
            let sum = |number: fn(&ListenerView) -> u64| count(listeners.iter().map(|listener| number(listener)).sum());
            samples.part(&of::SUBSCRIBER_EVENTS, name, sum(|listener| listener.handled));
            samples.part(&of::SUBSCRIBER_MERGED, name, sum(|listener| listener.backlog.saved));
            samples.part(&of::SUBSCRIBER_ERRORS, name, sum(|listener| listener.errors));
            samples.part(&of::SUBSCRIBER_PANICS, name, sum(|listener| listener.panics));
        }
        // No totals of those: they would go down whenever one leaves.
        if !others.is_empty() {
            measure_lag(samples, "", &others);
        }
    }

    fn measure_memory(&self) -> Vec<MetricSample> {
        let (gvk, memory) = (self.family.gvk(), self.family.memory());
        let part = if self.family.is_metadata_only() { "metadata" } else { "whole" };
        let mut samples = Vec::new();
        let Memory { raw_objects, raw_bytes, packed_objects, packed_bytes, typed_objects, typed_bytes, .. } = memory;
        for (form, objects, bytes) in [
            ("raw", Some(raw_objects), raw_bytes),
            ("packed", Some(packed_objects), packed_bytes),
            ("typed", Some(typed_objects), typed_bytes),
            ("header", None, memory.header_bytes),
            ("kept", None, memory.kept_bytes),
            ("dictionary", None, memory.dictionary_bytes),
        ] {
            let labels = [gvk.group(), gvk.version(), gvk.kind(), part, form];
            samples.extend(objects.map(|objects| sample(&of::MEMORY_OBJECTS, &labels, size(objects))));
            samples.push(sample(&of::MEMORY_BYTES, &labels, size(bytes)));
        }
        samples
    }
}

/// So many subscribers of an informer have numbers of their own.
const MOST_NAMES: usize = 64;

fn measure_lag(samples: &mut Samples, name: &str, listeners: &[&ListenerView]) {
    let pending = listeners.iter().map(|listener| listener.lag.events).sum();
    let lag = listeners.iter().filter_map(|listener| listener.lag.age).max().unwrap_or_default();
    samples.part(&of::SUBSCRIBER_PENDING, name, size(pending));
    samples.part(&of::SUBSCRIBER_LAG, name, lag.as_secs_f64());
}

/// What has been read of one informer.
struct Samples {
    informer: String,
    resource: String,
    all: Vec<MetricSample>,
}

impl Samples {
    fn whole(&mut self, family: &'static MetricFamily, value: f64) {
        self.all.push(sample(family, &[&self.informer, &self.resource], value));
    }

    fn part(&mut self, family: &'static MetricFamily, part: &str, value: f64) {
        self.all.push(sample(family, &[&self.informer, &self.resource, part], value));
    }
}

fn sample(family: &'static MetricFamily, labels: &[&str], value: f64) -> MetricSample {
    MetricSample { family, labels: labels.iter().map(|&label| label.to_owned()).collect(), value }
}

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floating point; beyond 2^53 the last digits do not matter")]
fn count(number: u64) -> f64 {
    number as f64
}

fn size(number: usize) -> f64 {
    count(number as u64)
}
