//! Which objects a list or a watch chooses: [`Selection`].

use std::collections::BTreeMap;

use lookglass_object::{FieldSelector, Selector};
use serde_json::Value;

use crate::{place::Place, timeline::Subject};

/// Where a list or a watch looks, and what it takes of what it finds.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    place: Place,
    labels: Selector,
    fields: FieldSelector,
}

impl Selection {
    /// `None` if a selector is malformed: then the real server chose nothing either.
    pub(crate) fn of(place: &Place) -> Option<Self> {
        let labels = place.parameter("labelSelector").unwrap_or_default().parse().ok()?;
        let fields = place.parameter("fieldSelector").unwrap_or_default().parse().ok()?;
        Some(Self { place: place.clone(), labels, fields })
    }

    /// Whether it takes everything there is at its place.
    pub(crate) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether a subject lies where it looks.
    pub(crate) fn looks_at(&self, subject: &Subject) -> bool {
        self.place.gvr == subject.gvr && self.place.holds(subject.namespace.as_deref())
    }

    /// Whether it takes an object that lies where it looks.
    pub(crate) fn takes(&self, subject: &Subject, object: &Value) -> bool {
        let labels: BTreeMap<String, String> =
            labels(object).map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
        self.labels.matches(&labels)
            && self.fields.matches(|field| match field {
                "metadata.name" => Some(subject.name.as_str().into()),
                "metadata.namespace" => Some(subject.namespace.clone().unwrap_or_default().into()),
                other => {
                    let found = object.pointer(&format!("/{}", other.replace('.', "/")));
                    Some(match found {
                        None | Some(Value::Null) => "".into(),
                        Some(Value::String(text)) => text.clone().into(),
                        Some(other) => other.to_string().into(),
                    })
                }
            })
    }

    /// The object changed in its labels so that it is not taken any more, if that can be done.
    pub(crate) fn spoil(&self, subject: &Subject, object: &Value) -> Option<Value> {
        let names: Vec<&str> = self.labels.requirements().iter().map(|requirement| requirement.key()).collect();
        let refused = self.labels.requirements().iter().flat_map(|requirement| requirement.values());
        let values = std::iter::once("spoilt").chain(refused).map(Some).chain([None]);
        values.into_iter().find_map(|value| {
            let mut changed = object.clone();
            let labels = changed.pointer_mut("/metadata")?.as_object_mut()?.entry("labels");
            let labels = labels.or_insert_with(|| Value::Object(serde_json::Map::new())).as_object_mut()?;
            for name in &names {
                match value {
                    Some(value) => labels.insert((*name).to_owned(), value.into()),
                    None => labels.remove(*name),
                };
            }
            (!self.takes(subject, &changed)).then_some(changed)
        })
    }

    /// Where an object stands in the order of lists.
    pub(crate) fn sort_key(&self, subject: &Subject) -> String {
        match (&self.place.namespace, &subject.namespace) {
            (None, Some(namespace)) => format!("{namespace}/{}", subject.name),
            _ => subject.name.clone(),
        }
    }
}

fn labels(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use lookglass_object::Gvr;
    use serde_json::json;

    use super::*;

    fn subject(namespace: &str) -> Subject {
        Subject { gvr: Gvr::core("v1", "pods"), namespace: Some(namespace.into()), name: "p".into() }
    }

    #[test]
    fn selectors_and_namespaces_choose() {
        let place = Place::of("/api/v1/namespaces/a/pods?labelSelector=x%3D1&fieldSelector=spec.nodeName%3Dn").unwrap();
        let selection = Selection::of(&place).unwrap();
        assert!(selection.looks_at(&subject("a")) && !selection.looks_at(&subject("b")));
        let pod = |label: &str, node: &str| json!({"metadata": {"labels": {"x": label}}, "spec": {"nodeName": node}});
        assert!(selection.takes(&subject("a"), &pod("1", "n")));
        assert!(!selection.takes(&subject("a"), &pod("2", "n")));
        assert!(!selection.takes(&subject("a"), &pod("1", "m")));
    }

    #[test]
    fn an_object_can_be_made_not_to_match() {
        for selector in ["x%3D1", "x", "!y", "x+notin+(2)"] {
            let path = format!("/api/v1/pods?labelSelector={selector}");
            let selection = Selection::of(&Place::of(&path).unwrap()).unwrap();
            let pod = json!({"metadata": {"labels": {"x": "1"}}});
            assert!(selection.takes(&subject("a"), &pod));
            let spoilt = selection.spoil(&subject("a"), &pod).unwrap();
            assert!(!selection.takes(&subject("a"), &spoilt), "{selector}");
        }
    }
}
