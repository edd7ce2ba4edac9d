//! The core group, but for nodes, pods, volumes and events.

use std::{borrow::Cow, fmt::Write as _};

use super::{
    super::{
        Cell, Node,
        words::{containers, filled_or, join, labels, quantity, three},
    },
    Object, Row,
};

pub(super) fn component_status(object: &Object<'_>, row: &mut Row) {
    let conditions = object.root.member("conditions");
    let healthy = conditions.items().find(|condition| condition.member("type").is("Healthy"));
    row.cells = match healthy.map(|condition| condition.members(["status", "message", "error"])) {
        Some([status, message, error]) => {
            let status = if status.is("True") { "Healthy" } else { "Unhealthy" };
            vec![object.name(), status.into(), message.into(), error.into()]
        }
        None => vec![object.name(), "Unknown".into(), "".into(), "".into()],
    };
}

pub(super) fn config_map(object: &Object<'_>, row: &mut Row) {
    let [data, binary] = object.root.members(["data", "binaryData"]);
    row.cells = vec![object.name(), (data.count() + binary.count()).into(), object.age()];
}

pub(super) fn endpoints(object: &Object<'_>, row: &mut Row) {
    let subsets = object.root.member("subsets");
    let mut shown = Vec::new();
    for subset in subsets.items() {
        let [addresses, ports] = subset.members(["addresses", "ports"]);
        let ips = || addresses.items().map(|address| address.member("ip").text());
        if ports.items().next().is_none() {
            shown.extend(ips().map(Cow::into_owned));
        }
        for port in ports.items() {
            let port = port.member("port").integer();
            let host =
                |ip: Cow<'_, str>| if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") };
            shown.extend(ips().map(host));
        }
    }
    let shown = if subsets.items().next().is_none() { "<none>".into() } else { three(&shown).into() };
    row.cells = vec![object.name(), shown, object.age()];
}

pub(super) fn namespace(object: &Object<'_>, row: &mut Row) {
    row.cells = vec![object.name(), object.status.member("phase").into(), object.age()];
}

pub(super) fn pod_template(object: &Object<'_>, row: &mut Row) {
    let [metadata, spec] = object.root.member("template").members(["metadata", "spec"]);
    let [names, images] = containers(spec);
    row.cells = vec![object.name(), names, images, labels(metadata.member("labels"))];
}

pub(super) fn resource_quota(object: &Object<'_>, row: &mut Row) {
    let [hard, used] = object.status.members(["hard", "used"]);
    let mut resources: Vec<_> = hard.entries().collect();
    resources.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut requests, mut limits) = (String::new(), String::new());
    for (resource, hard) in resources {
        let column = if resource.starts_with("limits.") { &mut limits } else { &mut requests };
        let between = if column.is_empty() { "" } else { ", " };
        let used = used.member(&resource);
        let _ = write!(column, "{between}{resource}: {}/{}", quantity(used), quantity(hard));
    }
    row.cells = vec![object.name(), requests.into(), limits.into(), object.age()];
}

pub(super) fn secret(object: &Object<'_>, row: &mut Row) {
    let [kind, data] = object.root.members(["type", "data"]);
    row.cells = vec![object.name(), kind.into(), data.count().into(), object.age()];
}

pub(super) fn service(object: &Object<'_>, row: &mut Row) {
    let [kind, ip, ips, ports, selector] =
        object.spec.members(["type", "clusterIP", "clusterIPs", "ports", "selector"]);
    let ip = ips.items().next().unwrap_or(ip);
    let ports = ports.items().map(|port| {
        let [number, node, protocol] = port.members(["port", "nodePort", "protocol"]);
        let (number, node, protocol) = (number.integer(), node.integer(), protocol.text());
        Cow::Owned(if node > 0 { format!("{number}:{node}/{protocol}") } else { format!("{number}/{protocol}") })
    });
    row.cells = vec![
        object.name(),
        kind.into(),
        super::super::words::or(ip, "<none>"),
        external_ip(object, kind),
        filled_or(join(ports, ","), "<none>"),
        object.age(),
        labels(selector),
    ];
}

fn external_ip(object: &Object<'_>, kind: Node<'_>) -> Cell {
    let own = || join(object.spec.member("externalIPs").items().map(Node::text), ",");
    match &*kind.text() {
        "ClusterIP" | "NodePort" => filled_or(own(), "<none>"),
        "LoadBalancer" => {
            let all = [load_balancer(object.status), own()];
            let all = all.into_iter().filter(|ips| !ips.is_empty()).map(Cow::Owned);
            filled_or(join(all, ","), "<pending>")
        }
        "ExternalName" => object.spec.member("externalName").into(),
        _ => "<unknown>".into(),
    }
}

/// Where a load balancer answers, sorted: its IPs, or its names where it has no IP.
pub(super) fn load_balancer(status: Node<'_>) -> String {
    let places = status.at(["loadBalancer", "ingress"]);
    let mut places: Vec<_> = places
        .items()
        .filter_map(|place| {
            let [ip, hostname] = place.members(["ip", "hostname"]);
            ip.filled().or_else(|| hostname.filled())
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    join(places, ",")
}
