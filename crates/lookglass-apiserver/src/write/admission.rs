//! Whether a namespace takes a write.

use lookglass_object::{Key, Status, StatusCause};
use lookglass_protocol::{Resource, Stored};
use serde::Deserialize;

use super::{
    Writer,
    tree::{Metadata as _, Tree},
};

/// What is done in the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Update,
}

impl Writer {
    /// Lets a write into a namespace pass, or refuses it. Gives the namespace's version, 0 where there is no namespace to ask for.
    pub(super) fn admit(&self, resource: &Resource, namespace: &str, act: Act, tree: &Tree) -> Result<u64, Status> {
        if namespace.is_empty() || !resource.is_namespaced() {
            return Ok(0);
        }
        let Some(namespaces) = self.catalog.resource("", "v1", "namespaces") else { return Ok(0) };
        let Some(found) = self.get(namespaces, &Key::cluster_scoped(namespace)) else {
            return Err(Status::not_found(&namespaces.gvr, namespace));
        };
        if act == Act::Create && is_terminating(&found) {
            return Err(terminating(resource, namespace, tree));
        }
        Ok(found.version())
    }
}

/// Whether a namespace is on its way out.
pub(super) fn is_terminating(namespace: &Stored) -> bool {
    #[derive(Deserialize)]
    struct Namespace {
        #[serde(default)]
        status: Phase,
    }
    #[derive(Deserialize, Default)]
    struct Phase {
        #[serde(default)]
        phase: String,
    }
    let read: Result<Namespace, _> = serde_json::from_slice(&namespace.json());
    read.is_ok_and(|namespace| namespace.status.phase == "Terminating")
}

fn terminating(resource: &Resource, namespace: &str, tree: &Tree) -> Status {
    let name = [tree.name(), tree.meta_text("generateName"), "Unknown"].into_iter().find(|name| !name.is_empty());
    let name = name.unwrap_or_default();
    let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
    let status = Status::forbidden(Some(&resource.gvr), name, why);
    let mut details = status.details().cloned().unwrap_or_default();
    details.causes.push(StatusCause::new(
        StatusCause::NAMESPACE_TERMINATING,
        format!("namespace {namespace} is being terminated"),
        "metadata.namespace",
    ));
    status.with_details(details)
}
