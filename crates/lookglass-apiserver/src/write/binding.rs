//! Binding a pod to a node.

use lookglass_object::{Gvk, Status, table::Table};
use lookglass_protocol::{Answer, Content, Resource, Target, params::WriteParams};
use serde_json::{Value, json};

use super::{
    Writer, body,
    create::settle_namespace,
    strategy::Door,
    tree::{Metadata as _, Tree, at, object_mut},
    update::Change,
    validate,
};

/// Whether a resource is the one of bindings, which are posted and not kept.
pub(super) fn is_binding(resource: &Resource) -> bool {
    resource.gvr.group().is_empty() && resource.gvr.resource() == "bindings"
}

impl Writer {
    /// Binds the pod that the URL names, or else the binding.
    pub(super) fn bind(
        &self,
        target: &Target,
        name: Option<&str>,
        json: &[u8],
        params: &WriteParams,
    ) -> Result<Answer, Status> {
        let mut kind = (*target.resource).clone();
        kind.kind = Gvk::core("v1", "Binding");
        kind.entry = Table::builtin().kind("", "v1", "Binding");
        let body::Read { mut tree, warnings } = body::read(&kind, json, params.field_validation)?;
        let namespace = target.namespace.as_deref().unwrap_or_default();
        settle_namespace(&target.resource, namespace, &mut tree)?;
        let name = name.unwrap_or(tree.name()).to_owned();
        let causes = problems(&tree);
        if !causes.is_empty() {
            return Err(Status::invalid(&kind.kind, tree.name(), causes));
        }
        let Some(pods) = self.catalog.resource("", "v1", "pods") else {
            return Err(Status::internal_error("the catalog has no pods"));
        };
        let pod = Target::object(pods.clone(), Some(namespace), &name);
        let node = at(&tree, &["target", "name"]).and_then(Value::as_str).unwrap_or_default();
        let change = Change { target: &pod, door: Door::Binding, uid: None, dry_run: params.dry_run };
        let now = self.sources.now().to_string();
        self.change(&change, |old| {
            let Some(old) = old else { return Err(Status::not_found(&pods.gvr, &name)) };
            bound(old, &tree, node, &now).map_err(|why| {
                let resource = pods.gvr.group_version().clone().resource("pods/binding");
                Status::conflict(&resource, &name, why)
            })
        })?;
        Ok(Answer::new(201, Content::Done(Status::success(None).with_code(201))).with_warnings(warnings))
    }
}

fn problems(binding: &Tree) -> Vec<lookglass_object::StatusCause> {
    let text = |name: &str| at(binding, &["target", name]).and_then(Value::as_str).unwrap_or_default();
    let mut causes = Vec::new();
    if !matches!(text("kind"), "" | "Node") {
        causes.push(validate::unsupported("target.kind", text("kind"), &["Node", "<empty>"]));
    }
    if text("name").is_empty() {
        causes.push(validate::required("target.name", ""));
    }
    causes
}

/// The pod on its node, or why it cannot go there.
fn bound(pod: &Tree, binding: &Tree, node: &str, now: &str) -> Result<Tree, String> {
    let name = pod.name();
    if pod.deletion().is_some() {
        return Err(format!("pod {name} is being deleted, cannot be assigned to a host"));
    }
    if let Some(has) = at(pod, &["spec", "nodeName"]).and_then(Value::as_str).filter(|has| !has.is_empty()) {
        return Err(format!("pod {name} is already assigned to node \"{has}\""));
    }
    let mut pod = pod.clone();
    object_mut(&mut pod, "spec").insert("nodeName".to_owned(), node.into());
    if let Some(annotations) = at(binding, &["metadata", "annotations"]).and_then(Value::as_object) {
        object_mut(pod.metadata_mut(), "annotations").extend(annotations.clone());
    }
    let scheduled = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": now});
    let conditions = object_mut(&mut pod, "status").entry("conditions").or_insert_with(|| json!([]));
    if let Some(conditions) = conditions.as_array_mut() {
        conditions.retain(|condition| condition.get("type").and_then(Value::as_str) != Some("PodScheduled"));
        conditions.push(scheduled);
    }
    Ok(pod)
}
