//! The scale of what makes pods.

use lookglass_object::{Gvk, Status, table::Table};
use lookglass_protocol::{Answer, Content, Patch, Resource, Stored, Target, params::WriteParams};
use serde_json::{Value, json};

use super::{
    Writer, body,
    create::settle_namespace,
    encode::answered,
    patch::{Patcher, patched},
    strategy::Door,
    tree::{Metadata as _, Tree, at, object_mut},
    tree_of,
    update::{Change, Outcome, check_name},
    validate,
};

/// The scale of an object.
pub(super) fn of(resource: &Resource, object: &Stored) -> Result<Stored, Status> {
    Ok(answered(&scale_resource(resource), &scale_tree(&tree_of(object)?)))
}

impl Writer {
    /// Sets the scale to what a client sends.
    pub(super) fn replace_scale(&self, target: &Target, json: &[u8], params: &WriteParams) -> Result<Answer, Status> {
        let kind = scale_resource(&target.resource);
        let body::Read { mut tree, warnings } = body::read(&kind, json, params.field_validation)?;
        settle_namespace(&target.resource, target.namespace.as_deref().unwrap_or_default(), &mut tree)?;
        check_name(target, &tree)?;
        let uid = Some(tree.meta_text("uid").to_owned()).filter(|uid| !uid.is_empty());
        let answer = self.scale(target, uid, params, |_| Ok(tree.clone()))?;
        Ok(answer.with_warnings(warnings))
    }

    /// Patches the scale.
    pub(super) fn patch_scale(&self, target: &Target, patch: Patch, params: &WriteParams) -> Result<Answer, Status> {
        let kind = scale_resource(&target.resource);
        let patcher = Patcher::read(patch)?;
        self.scale(target, None, params, |scale| {
            let read = patched(&kind, &patcher.apply(scale)?, params.field_validation)?;
            check_name(target, &read.tree)?;
            Ok(read.tree)
        })
    }

    fn scale(
        &self,
        target: &Target,
        uid: Option<String>,
        params: &WriteParams,
        mut wanted: impl FnMut(&Tree) -> Result<Tree, Status>,
    ) -> Result<Answer, Status> {
        let kind = scale_resource(&target.resource);
        let change = Change { target, door: Door::Main, uid, dry_run: params.dry_run };
        let outcome = self.change(&change, |old| {
            let name = target.name.as_deref().unwrap_or_default();
            let Some(old) = old else { return Err(Status::not_found(&target.resource.gvr, name)) };
            let wanted = wanted(&scale_tree(old))?;
            let replicas = at(&wanted, &["spec", "replicas"]).cloned().unwrap_or_else(|| json!(0));
            if let Some(cause) = validate::replicas(Some(&replicas)) {
                // The real server names the group's kind without its version here as everywhere.
                return Err(Status::invalid(&kind.kind, name, vec![cause]));
            }
            let mut new = old.clone();
            new.set_meta("resourceVersion", wanted.metadata().and_then(|meta| meta.get("resourceVersion")).cloned());
            object_mut(&mut new, "spec").insert("replicas".to_owned(), replicas);
            Ok(new)
        })?;
        let (Outcome::Updated(object) | Outcome::Created(object)) = outcome;
        Ok(Answer::new(200, Content::Object(of(&target.resource, &object)?)))
    }
}

/// What the scale of a resource is, as if it were one.
fn scale_resource(resource: &Resource) -> Resource {
    let mut scale = resource.clone();
    scale.kind = Gvk::new("autoscaling", "v1", "Scale");
    scale.entry = Table::builtin().kind("autoscaling", "v1", "Scale");
    scale
}

fn scale_tree(tree: &Tree) -> Tree {
    let mut scale = Tree::new();
    for name in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        scale.set_meta(name, tree.metadata().and_then(|meta| meta.get(name)).cloned());
    }
    let number = |path: &[&str]| at(tree, path).and_then(Value::as_i64).filter(|number| *number != 0);
    let spec = object_mut(&mut scale, "spec");
    spec.extend(number(&["spec", "replicas"]).map(|replicas| ("replicas".to_owned(), replicas.into())));
    let status = object_mut(&mut scale, "status");
    status.insert("replicas".to_owned(), number(&["status", "replicas"]).unwrap_or_default().into());
    let selector = at(tree, &["spec", "selector"]).map(selector_text).unwrap_or_default();
    if !selector.is_empty() {
        status.insert("selector".to_owned(), selector.into());
    }
    scale
}

/// A selector as text, sorted by its keys. A ReplicationController's is labels alone.
fn selector_text(selector: &Value) -> String {
    let is_plain = selector.get("matchLabels").or(selector.get("matchExpressions")).is_none();
    let labels = if is_plain { Some(selector) } else { selector.get("matchLabels") };
    let labels = labels.and_then(Value::as_object).into_iter().flatten();
    let mut parts: Vec<(&str, String)> =
        labels.map(|(key, value)| (key.as_str(), format!("{key}={}", value.as_str().unwrap_or_default()))).collect();
    let expressions = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    parts.extend(expressions.map(|expression| {
        let text = |name: &str| expression.get(name).and_then(Value::as_str).unwrap_or_default();
        let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
        let mut values: Vec<&str> = values.filter_map(Value::as_str).collect();
        values.sort_unstable();
        let (key, values) = (text("key"), values.join(","));
        let part = match text("operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        };
        (key, part)
    }));
    parts.sort();
    let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_told_as_text() {
        let selector = json!({
            "matchLabels": {"b": "2", "a": "1"},
            "matchExpressions": [
                {"key": "c", "operator": "In", "values": ["y", "x"]},
                {"key": "A", "operator": "DoesNotExist"},
                {"key": "d", "operator": "Exists"},
                {"key": "e", "operator": "NotIn", "values": ["z"]},
            ],
        });
        assert_eq!(selector_text(&selector), "!A,a=1,b=2,c in (x,y),d,e notin (z)");
        assert_eq!(selector_text(&json!({"app": "web"})), "app=web");
    }
}
