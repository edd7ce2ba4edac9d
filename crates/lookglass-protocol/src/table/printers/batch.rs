//! Jobs.

use super::{
    super::{
        Cell, Node, age,
        words::{containers, selector_or_none, set_or, truth},
    },
    Object, Row,
};

pub(super) fn job(object: &Object<'_>, row: &mut Row) {
    let [completions, parallelism, chosen, template] =
        object.spec.members(["completions", "parallelism", "selector", "template"]);
    let [succeeded, started, ended, conditions] =
        object.status.members(["succeeded", "startTime", "completionTime", "conditions"]);
    let succeeded = succeeded.integer();
    let done = if completions.is_set() {
        format!("{succeeded}/{}", completions.integer())
    } else if parallelism.integer() > 1 {
        format!("{succeeded}/1 of {}", parallelism.integer())
    } else {
        format!("{succeeded}/1")
    };
    let duration: Cell = match (started.time(), ended.time()) {
        (Some(started), ended) => age::between(started, ended.unwrap_or(object.now())).into(),
        (None, _) => "".into(),
    };
    let [names, images] = containers(template.member("spec"));
    row.cells = vec![
        object.name(),
        state(object, conditions).into(),
        done.into(),
        duration,
        object.age(),
        names,
        images,
        selector_or_none(chosen),
    ];
}

fn state(object: &Object<'_>, conditions: Node<'_>) -> &'static str {
    let has = |kind: &&str| {
        conditions.items().any(|condition| {
            let [known, status] = condition.members(["type", "status"]);
            known.is(kind) && status.is("True")
        })
    };
    let ended = ["Complete", "Failed"].into_iter().find(|kind| has(kind));
    let terminating = || object.is_terminating().then_some("Terminating");
    let other = || ["Suspended", "FailureTarget", "SuccessCriteriaMet"].into_iter().find(|kind| has(kind));
    ended.or_else(terminating).or_else(other).unwrap_or("Running")
}

pub(super) fn cron_job(object: &Object<'_>, row: &mut Row) {
    let [schedule, zone, suspend, template] = object.spec.members(["schedule", "timeZone", "suspend", "jobTemplate"]);
    let [active, last] = object.status.members(["active", "lastScheduleTime"]);
    let last = if last.is_set() { object.since(last) } else { "<none>".into() };
    let [chosen, pods] = template.member("spec").members(["selector", "template"]);
    let [names, images] = containers(pods.member("spec"));
    row.cells = vec![
        object.name(),
        schedule.into(),
        set_or(zone, "<none>"),
        truth(suspend).into(),
        active.count().into(),
        last,
        object.age(),
        names,
        images,
        selector_or_none(chosen),
    ];
}
