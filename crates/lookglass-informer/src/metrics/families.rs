//! The list of all metrics.

use super::{MetricFamily, MetricKind};

/// Every metric that there is.
pub static FAMILIES: &[&MetricFamily] = &[
    &RUNNING,
    &SYNCED,
    &OBJECTS,
    &CHANGES,
    &ERRORS,
    &SUBSCRIBERS,
    &WATCHING,
    &EVENT_AGE,
    &QUEUE_DEPTH,
    &RECEIVED_BYTES,
    &LISTS,
    &RELISTS,
    &WATCHES,
    &LISTED_OBJECTS,
    &EVENTS,
    &BOOKMARKS,
    &UNREADABLE,
    &FAILURES,
    &INDEX_VALUES,
    &INDEX_ENTRIES,
    &INDEX_ERRORS,
    &SUBSCRIBER_PENDING,
    &SUBSCRIBER_LAG,
    &SUBSCRIBER_EVENTS,
    &SUBSCRIBER_MERGED,
    &SUBSCRIBER_ERRORS,
    &SUBSCRIBER_PANICS,
    &MEMORY_OBJECTS,
    &MEMORY_BYTES,
    &DECODES,
    &DECODED_HITS,
    &DECODED_EVICTIONS,
    &DECODED_OBJECTS,
    &DECODED_BYTES,
];

const INFORMER: &[&str] = &["informer", "resource"];
const WATCH: &[&str] = &["informer", "resource", "namespace"];
const INDEX: &[&str] = &["informer", "resource", "index"];
const SUBSCRIBER: &[&str] = &["informer", "resource", "subscriber"];
const KEPT: &[&str] = &["group", "version", "kind", "part", "form"];

const fn gauge(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> MetricFamily {
    MetricFamily { name, help, kind: MetricKind::Gauge, labels }
}

const fn counter(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> MetricFamily {
    MetricFamily { name, help, kind: MetricKind::Counter, labels }
}

pub(super) static RUNNING: MetricFamily =
    gauge("lookglass_informer_running", "Whether the informer was started and not stopped.", INFORMER);
pub(super) static SYNCED: MetricFamily =
    gauge("lookglass_informer_synced", "Whether the initial state is there.", INFORMER);
pub(super) static OBJECTS: MetricFamily = gauge("lookglass_informer_objects", "Objects held.", INFORMER);
pub(super) static CHANGES: MetricFamily =
    counter("lookglass_informer_changes_total", "Changes written to the store.", &["informer", "resource", "change"]);
pub(super) static ERRORS: MetricFamily =
    counter("lookglass_informer_errors_total", "What went wrong in handlers, indexes and conversions.", INFORMER);
pub(super) static SUBSCRIBERS: MetricFamily = gauge("lookglass_informer_subscribers", "Subscribers.", INFORMER);

pub(super) static WATCHING: MetricFamily = gauge("lookglass_informer_watching", "Whether a watch is open.", WATCH);
pub(super) static EVENT_AGE: MetricFamily = gauge(
    "lookglass_informer_event_age_seconds",
    "How long ago an event, a bookmark or a complete list last came.",
    WATCH,
);
pub(super) static QUEUE_DEPTH: MetricFamily =
    gauge("lookglass_informer_queue_depth", "Objects between the watch and the store.", WATCH);
pub(super) static RECEIVED_BYTES: MetricFamily =
    counter("lookglass_informer_received_bytes_total", "Bytes of lists and watches that came, unpacked.", WATCH);
pub(super) static LISTS: MetricFamily =
    counter("lookglass_informer_lists_total", "Lists begun, of either form.", WATCH);
pub(super) static RELISTS: MetricFamily =
    counter("lookglass_informer_relists_total", "Lists completed after the first.", WATCH);
pub(super) static WATCHES: MetricFamily = counter("lookglass_informer_watches_total", "Watches asked for.", WATCH);
pub(super) static LISTED_OBJECTS: MetricFamily =
    counter("lookglass_informer_listed_objects_total", "Objects that lists gave.", WATCH);
pub(super) static EVENTS: MetricFamily =
    counter("lookglass_informer_events_total", "Changes that watches told.", WATCH);
pub(super) static BOOKMARKS: MetricFamily =
    counter("lookglass_informer_bookmarks_total", "Bookmarks that came.", WATCH);
pub(super) static UNREADABLE: MetricFamily =
    counter("lookglass_informer_unreadable_objects_total", "Objects that could not be read.", WATCH);
pub(super) static FAILURES: MetricFamily =
    counter("lookglass_informer_failures_total", "What went wrong with lists and watches.", WATCH);

pub(super) static INDEX_VALUES: MetricFamily =
    gauge("lookglass_informer_index_values", "Different values in an index.", INDEX);
pub(super) static INDEX_ENTRIES: MetricFamily =
    gauge("lookglass_informer_index_entries", "Pairs of a value and an object in an index.", INDEX);
pub(super) static INDEX_ERRORS: MetricFamily =
    counter("lookglass_informer_index_errors_total", "Failures and panics of an index function.", INDEX);

pub(super) static SUBSCRIBER_PENDING: MetricFamily = gauge(
    "lookglass_informer_subscriber_pending_events",
    "Events that a subscriber has not been given yet; of those without a name, the sum.",
    SUBSCRIBER,
);
pub(super) static SUBSCRIBER_LAG: MetricFamily = gauge(
    "lookglass_informer_subscriber_lag_seconds",
    "How long the oldest of them has been pending; of subscribers without a name, the longest.",
    SUBSCRIBER,
);
pub(super) static SUBSCRIBER_EVENTS: MetricFamily =
    counter("lookglass_informer_subscriber_events_total", "Events that a handler was given.", SUBSCRIBER);
pub(super) static SUBSCRIBER_MERGED: MetricFamily = counter(
    "lookglass_informer_subscriber_merged_events_total",
    "Events that merging has saved a slow subscriber.",
    SUBSCRIBER,
);
pub(super) static SUBSCRIBER_ERRORS: MetricFamily =
    counter("lookglass_informer_subscriber_errors_total", "Errors that a handler returned.", SUBSCRIBER);
pub(super) static SUBSCRIBER_PANICS: MetricFamily =
    counter("lookglass_informer_subscriber_panics_total", "Panics of a handler.", SUBSCRIBER);

pub(super) static MEMORY_OBJECTS: MetricFamily =
    gauge("lookglass_memory_objects", "Objects of a kind alive in the process, by the form they are kept in.", KEPT);
pub(super) static MEMORY_BYTES: MetricFamily =
    gauge("lookglass_memory_bytes", "What they take, without the overhead of the allocator.", KEPT);
pub(super) static DECODES: MetricFamily =
    counter("lookglass_decodes_total", "Objects decoded to their type in the process.", &[]);
pub(super) static DECODED_HITS: MetricFamily =
    counter("lookglass_decoded_hits_total", "Objects asked for by type that were found decoded.", &[]);
pub(super) static DECODED_EVICTIONS: MetricFamily =
    counter("lookglass_decoded_evictions_total", "Decoded objects given up for others.", &[]);
pub(super) static DECODED_OBJECTS: MetricFamily =
    gauge("lookglass_decoded_objects", "Decoded objects kept at hand.", &[]);
pub(super) static DECODED_BYTES: MetricFamily = gauge("lookglass_decoded_bytes", "About what those take.", &[]);
