//! Namespaces: what they are born with, and how they end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lookglass_object::{Key, Status};
use lookglass_protocol::{
    Resource, Stored, Target, Verb,
    params::{DeleteParams, ListParams, Propagation},
};
use serde_json::{Value, json};

use super::{
    Writer,
    admission::is_terminating,
    delete::Step,
    encode::Encoded,
    tree::{FOREGROUND, Metadata as _, ORPHAN, Tree, at, object_mut},
    tree_of,
};
use crate::storage::{Expect, Next};

/// The namespaces of every cluster.
pub(super) const INITIAL: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];
/// Those that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-public", "kube-system"];
const CA_DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the \
     internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/// What is left in a namespace, by what is told of it.
#[derive(Debug, Default)]
struct Rest {
    /// How many objects of each resource.
    resources: BTreeMap<String, usize>,
    /// How many objects each finalizer holds.
    finalizers: BTreeMap<String, usize>,
}

/// Whether a resource is the one of namespaces.
pub(super) fn is_namespace(resource: &Resource) -> bool {
    resource.gvr.group().is_empty() && resource.gvr.resource() == "namespaces"
}

/// Whether a namespace is held by finalizers of its spec.
pub(super) fn has_finalizers(namespace: &Tree) -> bool {
    at(namespace, &["spec", "finalizers"]).and_then(Value::as_array).is_some_and(|finalizers| !finalizers.is_empty())
}

/// Refuses the deletion of namespaces without which there is no cluster.
pub(super) fn may_be_deleted(resource: &Resource, name: &str) -> Result<(), Status> {
    if IMMORTAL.contains(&name) {
        return Err(Status::forbidden(Some(&resource.gvr), name, "this namespace may not be deleted"));
    }
    Ok(())
}

/// What a request to delete makes of a namespace.
pub(super) fn step(tree: &Tree, params: &DeleteParams, now: Timestamp) -> Step {
    if tree.deletion().is_some() {
        return if has_finalizers(tree) || !tree.finalizers().is_empty() { Step::Stay } else { Step::Remove };
    }
    let mut marked = tree.clone();
    marked.set_meta("deletionTimestamp", Some(now.to_string().into()));
    object_mut(&mut marked, "status").insert("phase".to_owned(), "Terminating".into());
    let kept = |finalizer: &&str| match (*finalizer, params.propagation) {
        (ORPHAN, asked) => asked.is_none_or(|asked| asked == Propagation::Orphan),
        (FOREGROUND, asked) => asked.is_none_or(|asked| asked == Propagation::Foreground),
        _ => true,
    };
    let mut finalizers: Vec<String> = tree.finalizers().into_iter().filter(kept).map(String::from).collect();
    let added = match params.propagation {
        Some(Propagation::Orphan) => Some(ORPHAN),
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Background) | None => None,
    };
    finalizers.extend(added.filter(|added| !finalizers.iter().any(|finalizer| finalizer == added)).map(String::from));
    marked.set_finalizers(&finalizers);
    Step::Mark(marked)
}

impl Writer {
    /// Creates a namespace and what it is born with.
    pub(super) fn create_namespace(&self, name: &str) -> Result<Stored, Status> {
        let Some(namespaces) = self.catalog.resource("", "v1", "namespaces") else {
            return Err(Status::internal_error("the catalog has no namespaces"));
        };
        let created = self.create_named(namespaces, tree(json!({"metadata": {"name": name}})), false)?;
        self.furnish(name);
        Ok(created)
    }

    /// Creates what every namespace has. A real cluster's controllers do it within milliseconds; here nobody can come before them.
    pub(super) fn furnish(&self, namespace: &str) {
        let authority = json!({
            "metadata": {
                "name": "kube-root-ca.crt",
                "namespace": namespace,
                "annotations": {"kubernetes.io/description": CA_DESCRIPTION},
            },
            "data": {"ca.crt": self.root_ca},
        });
        let account = json!({"metadata": {"name": "default", "namespace": namespace}});
        for (plural, object) in [("configmaps", authority), ("serviceaccounts", account)] {
            if let Some(resource) = self.catalog.resource("", "v1", plural) {
                // One that is there stays; that the namespace went meanwhile is settled by its deletion.
                let _there_already = self.create_named(resource, tree(object), false);
            }
        }
    }

    /// After a write to an object: ends what waited for it. That is its namespace, if it is being deleted.
    pub(super) async fn settle(&self, target: &Target, dry_run: bool) {
        let namespace = match &target.namespace {
            Some(namespace) => Some(namespace),
            None => target.name.as_ref().filter(|_| is_namespace(&target.resource)),
        };
        if let Some(namespace) = namespace.filter(|_| !dry_run) {
            self.drain_if_terminating(namespace).await;
        }
    }

    /// After a creation: takes the object back if its namespace is not what it was when the object was let in.
    pub(super) async fn settle_after_create(&self, resource: &Resource, namespace: &str, admitted: u64) {
        if admitted == 0 || !resource.is_namespaced() {
            return;
        }
        let Some(namespaces) = self.catalog.resource("", "v1", "namespaces") else { return };
        let key = Key::cluster_scoped(namespace);
        if self.get(namespaces, &key).is_some_and(|found| found.version() == admitted) {
            return;
        }
        self.drain_if_terminating(namespace).await;
        if self.get(namespaces, &key).is_none() {
            // It went while the object came; nothing of it may stay.
            self.empty(namespace).await;
        }
    }

    async fn drain_if_terminating(&self, namespace: &str) {
        let Some(namespaces) = self.catalog.resource("", "v1", "namespaces") else { return };
        let key = Key::cluster_scoped(namespace);
        if self.get(namespaces, &key).is_none_or(|found| !is_terminating(&found)) {
            return;
        }
        let rest = self.empty(namespace).await;
        while let Some(found) = self.get(namespaces, &key) {
            let Ok(old) = tree_of(&found) else { return };
            if old.deletion().is_none() {
                return;
            }
            let mut new = old.clone();
            let conditions = rest.conditions(&old, &self.sources.now().to_string());
            object_mut(&mut new, "status").insert("conditions".to_owned(), conditions);
            let told = if new == old { Some(found) } else { self.put_namespace(namespaces, &found, &new) };
            // Somebody else wrote in between: once more.
            let Some(told) = told else { continue };
            if !rest.resources.is_empty() || self.finalize(namespaces, &told, &new) {
                return;
            }
        }
    }

    fn put_namespace(&self, namespaces: &Resource, current: &Stored, new: &Tree) -> Option<Stored> {
        let encoded = Encoded::new(namespaces, new);
        let made = |version| {
            let (key, labels) = (current.key().clone(), current.labels().clone());
            Next::Put(encoded.stored(namespaces, key, labels, lookglass_protocol::ChangeKind::Modified, version))
        };
        let expected = Expect::Version(current.version());
        self.storage.commit(&namespaces.gvr, current.key(), expected, made).ok().map(|committed| committed.object)
    }

    /// Takes this server's finalizer off an empty namespace, and removes it if no other holds it; false if another write came between.
    fn finalize(&self, namespaces: &Resource, current: &Stored, tree: &Tree) -> bool {
        let mut new = tree.clone();
        if let Some(finalizers) = object_mut(&mut new, "spec").get_mut("finalizers").and_then(Value::as_array_mut) {
            finalizers.retain(|finalizer| finalizer != "kubernetes");
        }
        if !has_finalizers(&new) && new.finalizers().is_empty() {
            return self.remove(namespaces, current, tree).is_some();
        }
        if !has_finalizers(&new) {
            object_mut(&mut new, "spec").remove("finalizers");
        }
        new == *tree || self.put_namespace(namespaces, current, &new).is_some()
    }

    /// Deletes what a namespace holds, and tells what is left of it.
    async fn empty(&self, namespace: &str) -> Rest {
        let mut rest = Rest::default();
        let resources = self.catalog.resources().iter().filter(|resource| {
            resource.is_namespaced() && resource.verbs.contains(Verb::Delete) && resource.verbs.contains(Verb::List)
        });
        for resource in resources {
            let target = Target::collection(resource.clone(), Some(namespace));
            // The newest state can always be listed.
            let Ok(page) = self.storage.list(&target, &ListParams::default()).await else { continue };
            for object in page.items {
                let one = Target::object(resource.clone(), Some(namespace), object.key().name());
                let mut params = DeleteParams::default();
                params.propagation = Some(Propagation::Background);
                // What cannot be deleted is counted among what is left.
                let _answer = self.delete(&one, &params);
                if let Some(left) = self.get(resource, object.key()) {
                    rest.count(resource, &left);
                }
            }
        }
        rest
    }
}

impl Rest {
    fn count(&mut self, resource: &Resource, object: &Stored) {
        *self.resources.entry(resource.gvr.group_resource()).or_default() += 1;
        let tree = tree_of(object).unwrap_or_default();
        for finalizer in tree.finalizers() {
            *self.finalizers.entry(finalizer.to_owned()).or_default() += 1;
        }
    }

    /// The conditions of a namespace of which this is left. Those that do not change keep their times.
    fn conditions(&self, namespace: &Tree, now: &str) -> Value {
        let listed = |of: &BTreeMap<String, usize>, verb: &str| {
            let parts: Vec<String> =
                of.iter().map(|(what, count)| format!("{what}{verb}{count} resource instances")).collect();
            parts.join(", ")
        };
        let content = match self.resources.is_empty() {
            true => ("False", "ContentRemoved", "All content successfully removed".to_owned()),
            false => {
                let message = format!("Some resources are remaining: {}", listed(&self.resources, ". has "));
                ("True", "SomeResourcesRemain", message)
            }
        };
        let finalizers = match self.finalizers.is_empty() {
            true => ("False", "ContentHasNoFinalizers", "All content-preserving finalizers finished".to_owned()),
            false => {
                let message = format!(
                    "Some content in the namespace has finalizers remaining: {}",
                    listed(&self.finalizers, " in ")
                );
                ("True", "SomeFinalizersRemain", message)
            }
        };
        let good = |reason, message: &str| ("False", reason, message.to_owned());
        let all = [
            ("NamespaceDeletionDiscoveryFailure", good("ResourcesDiscovered", "All resources successfully discovered")),
            (
                "NamespaceDeletionGroupVersionParsingFailure",
                good("ParsedGroupVersions", "All legacy kube types successfully parsed"),
            ),
            (
                "NamespaceDeletionContentFailure",
                good("ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            ),
            ("NamespaceContentRemaining", content),
            ("NamespaceFinalizersRemaining", finalizers),
        ];
        let had = at(namespace, &["status", "conditions"]).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let ours =
            |condition: &Value| all.iter().any(|(kind, _)| condition.get("type").and_then(Value::as_str) == Some(kind));
        let others = had.iter().filter(|condition| !ours(condition)).cloned();
        let ours = all.iter().map(|(kind, (status, reason, message))| {
            let before = had.iter().find(|condition| condition.get("type").and_then(Value::as_str) == Some(kind));
            let since = before.filter(|before| before.get("status").and_then(Value::as_str) == Some(status));
            let since =
                since.and_then(|before| before.get("lastTransitionTime")).and_then(Value::as_str).unwrap_or(now);
            json!({"type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message})
        });
        others.chain(ours).collect()
    }
}

fn tree(object: Value) -> Tree {
    if let Value::Object(tree) = object { tree } else { Tree::new() }
}
