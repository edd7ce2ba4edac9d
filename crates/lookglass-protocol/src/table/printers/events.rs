//! Events, in the form of the core group and in their own.

use super::{
    super::{Cell, Node},
    Object, Row,
};

pub(super) fn core_event(object: &Object<'_>, row: &mut Row) {
    event_of(
        object,
        row,
        ["involvedObject", "source", "message", "firstTimestamp", "lastTimestamp", "count", "reportingComponent"],
    );
}

pub(super) fn event(object: &Object<'_>, row: &mut Row) {
    event_of(
        object,
        row,
        [
            "regarding",
            "deprecatedSource",
            "note",
            "deprecatedFirstTimestamp",
            "deprecatedLastTimestamp",
            "deprecatedCount",
            "reportingController",
        ],
    );
}

/// The two forms differ in names only.
fn event_of(object: &Object<'_>, row: &mut Row, names: [&str; 7]) {
    let [about, source, message, first, last, count, reporter] = object.root.members(names);
    let [kind, reason, instance, happened, series] =
        object.root.members(["type", "reason", "reportingInstance", "eventTime", "series"]);
    let first = object.since(if first.is_set() { first } else { happened });
    let [series_count, observed] = series.members(["count", "lastObservedTime"]);
    let (last, count) = if series.is_set() {
        (object.since(observed), series_count.integer())
    } else {
        let last = if last.is_set() { object.since(last) } else { first.clone() };
        // An event that happened once is not counted in the newer form.
        (last, count.integer().max(1))
    };
    let [about_kind, about_name, field] = about.members(["kind", "name", "fieldPath"]);
    let target = about_kind.text().to_lowercase();
    let target = about_name.filled().map_or(target.clone(), |name| format!("{target}/{name}"));
    row.cells = vec![
        last,
        kind.into(),
        reason.into(),
        target.into(),
        field.into(),
        from(source, reporter, instance),
        message.text().trim().to_owned().into(),
        first,
        count.into(),
        object.name(),
    ];
}

fn from(source: Node<'_>, reporter: Node<'_>, instance: Node<'_>) -> Cell {
    let [component, host] = source.members(["component", "host"]);
    let component = component.filled().unwrap_or_else(|| reporter.text());
    match host.filled().or_else(|| instance.filled()) {
        Some(host) => format!("{component}, {host}").into(),
        None => component.into_owned().into(),
    }
}
