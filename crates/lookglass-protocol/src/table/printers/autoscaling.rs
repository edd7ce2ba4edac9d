//! Autoscalers.

use super::{
    super::{
        Cell, Node,
        words::{quantity, set_or},
    },
    Object, Row,
};

pub(super) fn horizontal_pod_autoscaler(object: &Object<'_>, row: &mut Row) {
    let [target, least, most] = object.spec.members(["scaleTargetRef", "minReplicas", "maxReplicas"]);
    let [kind, name] = target.members(["kind", "name"]);
    row.cells = vec![
        object.name(),
        format!("{}/{}", kind.text(), name.text()).into(),
        targets(object),
        set_or(least, "<unset>"),
        most.integer().into(),
        object.status.member("currentReplicas").integer().into(),
        object.age(),
    ];
}

fn targets(object: &Object<'_>) -> Cell {
    // Version 1 knows the processor's use only.
    let [metrics, wanted] = object.spec.members(["metrics", "targetCPUUtilizationPercentage"]);
    let [measured, current] = object.status.members(["currentMetrics", "currentCPUUtilizationPercentage"]);
    if wanted.is_set() {
        return format!("cpu: {}/{}", percent(current, "<unknown>"), percent(wanted, "<auto>")).into();
    }
    let mut measured = measured.items();
    let shown: Vec<String> = metrics.items().map(|metric| target(metric, measured.next())).collect();
    match shown.as_slice() {
        [] => "<none>".into(),
        [first, second, rest @ ..] if !rest.is_empty() => format!("{first}, {second} + {} more...", rest.len()).into(),
        shown => shown.join(", ").into(),
    }
}

/// What is measured and what is wanted of one metric.
fn target(metric: Node<'_>, measured: Option<Node<'_>>) -> String {
    let kind = metric.member("type").text();
    let source = match &*kind {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let [name, target] = metric.member(source).members(["name", "target"]);
    let measured = measured.map(|measured| measured.member(source)).filter(|measured| measured.is_set());
    let current = |field| measured.map(|measured| measured.at(["current", field]));
    let amount = |field| current(field).map_or("<unknown>".into(), quantity);
    let average = target.member("averageValue");
    match source {
        "pods" => format!("{}/{}", amount("averageValue"), quantity(average)),
        "external" | "object" if average.is_set() => {
            let known = current("averageValue").filter(|value| value.is_set());
            format!("{}/{} (avg)", known.map_or("<unknown>".into(), quantity), quantity(average))
        }
        "external" | "object" => format!("{}/{}", amount("value"), quantity(target.member("value"))),
        _ if average.is_set() => format!("{}: {}/{}", name.text(), amount("averageValue"), quantity(average)),
        _ => {
            let known = current("averageUtilization").map_or("<unknown>".to_owned(), |it| percent(it, "<unknown>"));
            format!("{}: {known}/{}", name.text(), percent(target.member("averageUtilization"), "<auto>"))
        }
    }
}

fn percent(value: Node<'_>, none: &str) -> String {
    if value.is_set() { format!("{}%", value.integer()) } else { none.to_owned() }
}
