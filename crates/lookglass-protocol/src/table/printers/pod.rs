//! Pods, whose state is told from that of all their containers.

use jiff::Timestamp;

use super::{
    super::{Node, RowCondition, age, words::or},
    Object, Row,
};

const SUCCEEDED: &[RowCondition] = &[RowCondition {
    kind: "Completed",
    status: "True",
    reason: "Succeeded",
    message: "The pod has completed successfully.",
}];

const FAILED: &[RowCondition] =
    &[RowCondition { kind: "Completed", status: "True", reason: "Failed", message: "The pod failed." }];

pub(super) fn pod(object: &Object<'_>, row: &mut Row) {
    let [init, containers, node, gates] =
        object.spec.members(["initContainers", "containers", "nodeName", "readinessGates"]);
    let [phase, reason, conditions, ip, ips, nominated, init_states, states] = object.status.members([
        "phase",
        "reason",
        "conditions",
        "podIP",
        "podIPs",
        "nominatedNodeName",
        "initContainerStatuses",
        "containerStatuses",
    ]);
    let mut state = State { reason: reason.filled().unwrap_or_else(|| phase.text()).into_owned(), ..State::default() };
    let gated = |condition: Node<'_>| {
        let [kind, reason] = condition.members(["type", "reason"]);
        kind.is("PodScheduled") && reason.is("SchedulingGated")
    };
    if conditions.items().any(gated) {
        "SchedulingGated".clone_into(&mut state.reason);
    }
    let sidecars: Vec<_> =
        init.items().filter(|container| container.member("restartPolicy").is("Always")).map(name).collect();
    let total = containers.items().count() + sidecars.len();
    let initialized = condition(conditions, "Initialized") == Some(true);
    if !state.initialise(init.items().count(), init_states, &sidecars) || initialized {
        state.run(states, condition(conditions, "Ready") == Some(true));
    }
    let ended = phase.is("Succeeded") || phase.is("Failed");
    if object.is_terminating() && reason.is("NodeLost") {
        "Unknown".clone_into(&mut state.reason);
    } else if object.is_terminating() && !ended {
        "Terminating".clone_into(&mut state.reason);
    }
    let restarts = match state.restarts {
        Restarts { count, last: Some(last) } if count != 0 => {
            format!("{count} ({} ago)", age::between(last, object.now()))
        }
        Restarts { count, .. } => count.to_string(),
    };
    let ip = ips.items().next().map_or(ip, |ip| ip.member("ip"));
    let gate = |gate: &Node<'_>| condition(conditions, &gate.member("conditionType").text()) == Some(true);
    let open = match gates.items().count() {
        0 => "<none>".into(),
        all => format!("{}/{all}", gates.items().filter(gate).count()).into(),
    };
    row.cells = vec![
        object.name(),
        format!("{}/{total}", state.ready).into(),
        state.reason.into(),
        restarts.into(),
        object.age(),
        or(ip, "<none>"),
        or(node, "<none>"),
        or(nominated, "<none>"),
        open,
    ];
    row.conditions = match &*phase.text() {
        "Succeeded" => SUCCEEDED,
        "Failed" => FAILED,
        _ => &[],
    };
}

fn name(container: Node<'_>) -> String {
    container.member("name").text().into_owned()
}

/// Whether a condition holds; `None` if nothing is said of it.
fn condition(conditions: Node<'_>, kind: &str) -> Option<bool> {
    let found = conditions.items().find(|condition| condition.member("type").is(kind))?;
    Some(found.member("status").is("True"))
}

/// How often, and when last.
#[derive(Default, Clone, Copy)]
struct Restarts {
    count: i64,
    last: Option<Timestamp>,
}

impl Restarts {
    fn add(&mut self, container: &Container<'_>) {
        self.count += container.restarts;
        self.last = self.last.max(container.last_restart);
    }
}

/// What the containers add up to.
#[derive(Default)]
struct State {
    reason: String,
    ready: usize,
    restarts: Restarts,
    /// Those of the containers that start with the init containers and stay.
    sidecars: Restarts,
}

/// What is read of a container's state.
struct Container<'a> {
    restarts: i64,
    last_restart: Option<Timestamp>,
    waiting: Node<'a>,
    running: Node<'a>,
    terminated: Node<'a>,
    ready: bool,
    started: bool,
    name: Node<'a>,
}

impl<'a> Container<'a> {
    fn new(status: Node<'a>) -> Self {
        let [name, count, last, state, ready, started] =
            status.members(["name", "restartCount", "lastState", "state", "ready", "started"]);
        let [waiting, running, terminated] = state.members(["waiting", "running", "terminated"]);
        Self {
            restarts: count.integer(),
            last_restart: last.at(["terminated", "finishedAt"]).time(),
            waiting,
            running,
            terminated,
            ready: ready.is_true(),
            started: started.is_true(),
            name,
        }
    }

    /// Why it ended: the reason, else the signal, else the code.
    fn end(&self) -> String {
        let [reason, signal, code] = self.terminated.members(["reason", "signal", "exitCode"]);
        match (reason.filled(), signal.integer()) {
            (Some(reason), _) => reason.into_owned(),
            (None, 0) => format!("ExitCode:{}", code.integer()),
            (None, signal) => format!("Signal:{signal}"),
        }
    }
}

impl State {
    /// Goes through the init containers in their order, up to the first that is not done yet; says whether there is one. What restarts count
    /// is decided by that: those of all init containers before, only those of sidecars after.
    fn initialise(&mut self, all: usize, states: Node<'_>, sidecars: &[String]) -> bool {
        let mut kept = Restarts::default();
        for (at, status) in states.items().enumerate() {
            let container = Container::new(status);
            let sidecar = sidecars.iter().any(|name| container.name.is(name));
            self.restarts.add(&container);
            if sidecar {
                kept.add(&container);
            }
            let terminated = container.terminated.is_set();
            if terminated && container.terminated.member("exitCode").integer() == 0 {
                continue;
            }
            if sidecar && container.started {
                self.ready += usize::from(container.ready);
                continue;
            }
            let waiting = container.waiting.member("reason").filled().filter(|reason| reason != "PodInitializing");
            self.reason = match waiting {
                _ if terminated => format!("Init:{}", container.end()),
                Some(reason) => format!("Init:{reason}"),
                None => format!("Init:{at}/{all}"),
            };
            self.sidecars = kept;
            return true;
        }
        self.sidecars = kept;
        false
    }

    /// Goes through the containers; the first one that has something to say is heard.
    fn run(&mut self, states: Node<'_>, ready: bool) {
        self.restarts = self.sidecars;
        let mut running = false;
        let states: Vec<_> = states.items().collect();
        for status in states.into_iter().rev() {
            let container = Container::new(status);
            self.restarts.add(&container);
            if let Some(reason) = container.waiting.member("reason").filled() {
                self.reason = reason.into_owned();
            } else if container.terminated.is_set() {
                self.reason = container.end();
            } else if container.ready && container.running.is_set() {
                running = true;
                self.ready += 1;
            }
        }
        if self.reason == "Completed" && running {
            if ready { "Running" } else { "NotReady" }.clone_into(&mut self.reason);
        }
    }
}
