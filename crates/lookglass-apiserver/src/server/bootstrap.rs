//! What is there before anybody creates anything: [`Bootstrap`].

use http::Method;
use serde_json::{Value, json};

use super::{ApiServer, Error, objects};

/// Namespaces and nodes of a server, made at its start and after a restart that lost them.
#[derive(Debug, Default)]
pub(super) struct Bootstrap {
    pub(super) namespaces: Vec<String>,
    pub(super) nodes: Vec<String>,
}

impl Bootstrap {
    pub(super) async fn run(&self, api: &ApiServer) -> Result<(), Error> {
        for name in &self.namespaces {
            api.create_value(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})).await?;
        }
        for name in &self.nodes {
            let node = api.create_value(node(name)).await?;
            // The status of a new object is dropped; it is written where it belongs.
            let mut ready = node;
            ready["status"] = status(&api.now().to_string());
            let place = api.place_of(&ready)?;
            let path = format!("{}/status", place.object()?);
            api.ask(Method::PUT, &path, objects::json(&ready, &place)?, &place.says()).await?;
        }
        Ok(())
    }
}

fn node(name: &str) -> Value {
    let labels = json!({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"});
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
}

fn status(now: &str) -> Value {
    let second = now.split_once('.').map_or(now.to_owned(), |(second, _)| format!("{second}Z"));
    let room = json!({"cpu": "8", "memory": "32Gi", "pods": "110"});
    json!({
        "capacity": room,
        "allocatable": room,
        "conditions": [{
            "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
            "lastHeartbeatTime": second, "lastTransitionTime": second,
        }],
    })
}
