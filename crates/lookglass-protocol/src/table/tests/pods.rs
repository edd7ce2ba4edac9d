//! Pods: the recorded states, then those that the recording has not.

#![expect(clippy::needless_pass_by_value, reason = "a `json!` in place reads better than a reference to one")]

use serde_json::{Value, json};

use super::{now, resource, row};

/// A pod with most of what a printer looks at, in ASCII.
pub(super) fn everything() -> Value {
    json!({
        "metadata": {"name": "p", "creationTimestamp": "2026-11-21T02:55:23Z", "labels": {"a": "b"}},
        "spec": {
            "containers": [{"name": "c", "image": "i"}],
            "initContainers": [{"name": "s", "restartPolicy": "Always"}, {"name": "i"}],
            "readinessGates": [{"conditionType": "x"}],
            "nodeName": "n1",
        },
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": "10.1.0.1"}],
            "nominatedNodeName": "n2",
            "conditions": [{"type": "x", "status": "True"}, {"type": "Initialized", "status": "True"}],
            "initContainerStatuses": [
                {"name": "s", "restartCount": 2, "started": true, "ready": true, "state": {"running": {}}},
                {"name": "i", "restartCount": 5, "state": {"terminated": {"exitCode": 0}}},
            ],
            "containerStatuses": [{
                "name": "c", "restartCount": 1, "ready": true, "state": {"running": {}},
                "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-21T01:00:00Z"}},
            }],
        },
    })
}

/// `READY STATUS RESTARTS` of a pod with these containers, init containers and status.
fn state(spec: Value, status: Value) -> String {
    state_of(json!({"metadata": {"name": "p"}, "spec": spec, "status": status}))
}

fn state_of(pod: Value) -> String {
    let row = row(resource("v1", "pods"), pod.to_string().as_bytes(), now());
    let cells = serde_json::to_value(&row.cells[1..4]).expect("cells");
    let cell = |at: usize| cells[at].as_str().expect("text").to_owned();
    format!("{} {} {}", cell(0), cell(1), cell(2))
}

fn one() -> Value {
    json!({"containers": [{"name": "c"}], "nodeName": "n1"})
}

fn with_init() -> Value {
    json!({"containers": [{"name": "c"}], "initContainers": [{"name": "i"}]})
}

#[test]
fn the_recorded_states() {
    let running = json!({"name": "c", "ready": true, "state": {"running": {}}});
    let cases = [
        (
            "0/1 Completed 0",
            one(),
            json!({"phase": "Succeeded", "containerStatuses": [{"state": {"terminated": {"reason": "Completed"}}}]}),
        ),
        (
            "0/1 CrashLoopBackOff 5",
            one(),
            json!({"phase": "Running", "containerStatuses": [{"restartCount": 5, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}),
        ),
        (
            "0/1 ContainerCreating 0",
            one(),
            json!({"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}),
        ),
        ("0/1 Evicted 0", one(), json!({"phase": "Failed", "reason": "Evicted"})),
        (
            "0/1 Error 0",
            one(),
            json!({"phase": "Failed", "containerStatuses": [{"state": {"terminated": {"reason": "Error", "exitCode": 1}}}]}),
        ),
        (
            "0/1 SchedulingGated 0",
            one(),
            json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]}),
        ),
        (
            "0/1 Init:0/1 0",
            with_init(),
            json!({"phase": "Pending", "initContainerStatuses": [{"name": "i", "state": {"running": {}}}],
                   "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}]}),
        ),
        (
            "0/1 Running 0",
            one(),
            json!({"phase": "Running", "containerStatuses": [{"ready": false, "state": {"running": {}}}]}),
        ),
        ("0/1 Pending 0", one(), json!({"phase": "Pending"})),
        (
            "1/1 Running 3 (115m ago)",
            one(),
            json!({"phase": "Running", "containerStatuses": [{"ready": true, "restartCount": 3, "state": {"running": {}},
                   "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-21T01:00:00Z"}}}]}),
        ),
        ("1/1 Running 0", one(), json!({"phase": "Running", "containerStatuses": [running]})),
    ];
    for (expected, spec, status) in cases {
        assert_eq!(state(spec, status), expected);
    }
}

#[test]
fn a_pod_on_its_way_out() {
    let pod = |phase: &str, reason: &str| {
        state_of(json!({
            "metadata": {"deletionTimestamp": "2026-11-21T02:55:19Z"},
            "spec": one(),
            "status": {"phase": phase, "reason": reason, "containerStatuses": [{"ready": true, "state": {"running": {}}}]},
        }))
    };
    assert_eq!(pod("Running", ""), "1/1 Terminating 0");
    assert_eq!(pod("Running", "NodeLost"), "1/1 Unknown 0");
    assert_eq!(pod("Failed", "Evicted"), "1/1 Evicted 0");
}

#[test]
fn init_containers_that_fail_or_wait() {
    let init = |state_: Value| {
        state(
            with_init(),
            json!({"phase": "Pending", "initContainerStatuses": [{"name": "i", "restartCount": 2, "state": state_}],
                   "containerStatuses": [{"restartCount": 9, "state": {"waiting": {"reason": "PodInitializing"}}}]}),
        )
    };
    assert_eq!(init(json!({"terminated": {"exitCode": 3}})), "0/1 Init:ExitCode:3 2");
    assert_eq!(init(json!({"terminated": {"exitCode": 137, "signal": 9}})), "0/1 Init:Signal:9 2");
    assert_eq!(init(json!({"terminated": {"exitCode": 1, "reason": "Error"}})), "0/1 Init:Error 2");
    assert_eq!(init(json!({"waiting": {"reason": "CrashLoopBackOff"}})), "0/1 Init:CrashLoopBackOff 2");
    assert_eq!(init(json!({"waiting": {"reason": "PodInitializing"}})), "0/1 Init:0/1 2");
    // Once it is done, its restarts no longer count.
    assert_eq!(init(json!({"terminated": {"exitCode": 0}})), "0/1 PodInitializing 9");
}

#[test]
fn containers_that_end_without_a_reason() {
    let ended = |terminated: Value| {
        state(one(), json!({"phase": "Failed", "containerStatuses": [{"state": {"terminated": terminated}}]}))
    };
    assert_eq!(ended(json!({"exitCode": 2})), "0/1 ExitCode:2 0");
    assert_eq!(ended(json!({"exitCode": 137, "signal": 9})), "0/1 Signal:9 0");
}

#[test]
fn one_container_done_and_one_running() {
    let both = |ready: &str| {
        state(
            json!({"containers": [{"name": "a"}, {"name": "b"}]}),
            json!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}], "containerStatuses": [
                {"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                {"name": "b", "ready": true, "state": {"running": {}}},
            ]}),
        )
    };
    assert_eq!(both("True"), "1/2 Running 0");
    assert_eq!(both("False"), "1/2 NotReady 0");
}

#[test]
fn sidecars_count_as_containers() {
    assert_eq!(state_of(everything()), "2/2 Running 3 (115m ago)");
    let mut starting = everything();
    starting["status"]["conditions"] = json!([]);
    starting["status"]["initContainerStatuses"][1]["state"] = json!({"running": {}});
    assert_eq!(state_of(starting), "1/2 Init:1/2 7");
}

#[test]
fn the_wide_cells() {
    let row = row(resource("v1", "pods"), everything().to_string().as_bytes(), now());
    let wide = serde_json::to_value(&row.cells[4..]).expect("cells");
    assert_eq!(wide, json!(["0s", "10.1.0.1", "n1", "n2", "1/1"]));
}

#[test]
fn a_pod_that_ended_says_so_for_its_whole_row() {
    let conditions = |phase: &str| {
        let pod = json!({"status": {"phase": phase}}).to_string();
        serde_json::to_value(row(resource("v1", "pods"), pod.as_bytes(), now()).conditions).expect("conditions")
    };
    assert_eq!(conditions("Running"), json!([]));
    let succeeded = json!([{"type": "Completed", "status": "True", "reason": "Succeeded",
        "message": "The pod has completed successfully."}]);
    assert_eq!(conditions("Succeeded"), succeeded);
    let failed = json!([{"type": "Completed", "status": "True", "reason": "Failed", "message": "The pod failed."}]);
    assert_eq!(conditions("Failed"), failed);
}
