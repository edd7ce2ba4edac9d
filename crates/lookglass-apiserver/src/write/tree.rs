//! An object as a tree, and its metadata.
//!
//! Trees come from canonical JSON: members have the types that the kind says, and what is empty is left out. Nevertheless nothing here
//! relies on it: a member of another type counts as absent.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// An object's members by name.
pub(crate) type Tree = Map<String, Value>;

/// The finalizer that keeps an owner until its dependents have lost their reference to it.
pub(crate) const ORPHAN: &str = "orphan";
/// The finalizer that keeps an owner until its dependents are gone.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";

/// What is read and changed in `metadata`.
pub(crate) trait Metadata {
    /// `metadata`, if there is one.
    fn metadata(&self) -> Option<&Tree>;
    /// `metadata`, made if there is none.
    fn metadata_mut(&mut self) -> &mut Tree;

    /// A text of the metadata; empty if it is not there.
    fn meta_text(&self, name: &str) -> &str {
        self.metadata().and_then(|meta| meta.get(name)).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of the metadata.
    fn meta_number(&self, name: &str) -> Option<i64> {
        self.metadata()?.get(name)?.as_i64()
    }

    /// `metadata.name`.
    fn name(&self) -> &str {
        self.meta_text("name")
    }

    /// `metadata.namespace`.
    fn namespace(&self) -> &str {
        self.meta_text("namespace")
    }

    /// `metadata.generation`, 0 if it has none.
    fn generation(&self) -> i64 {
        self.meta_number("generation").unwrap_or_default()
    }

    /// `metadata.finalizers`.
    fn finalizers(&self) -> Vec<&str> {
        let finalizers = self.metadata().and_then(|meta| meta.get("finalizers")).and_then(Value::as_array);
        finalizers.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// When it was or will be deleted, if somebody asked for that.
    fn deletion(&self) -> Option<Timestamp> {
        self.metadata()?.get("deletionTimestamp")?.as_str()?.parse().ok()
    }

    /// Sets a member of the metadata, or with `None` removes it.
    fn set_meta(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => {
                self.metadata_mut().insert(name.to_owned(), value);
            }
            // Not made only to be emptied.
            None if self.metadata().is_none() => {}
            None => {
                self.metadata_mut().remove(name);
            }
        }
    }

    /// Sets `metadata.finalizers`; none are left out.
    fn set_finalizers(&mut self, finalizers: &[String]) {
        self.set_meta("finalizers", (!finalizers.is_empty()).then(|| Value::from(finalizers)));
    }
}

impl Metadata for Tree {
    fn metadata(&self) -> Option<&Tree> {
        self.get("metadata")?.as_object()
    }

    fn metadata_mut(&mut self) -> &mut Tree {
        object_mut(self, "metadata")
    }
}

/// The object that is a member, made if it is not there.
pub(crate) fn object_mut<'t>(tree: &'t mut Tree, name: &str) -> &'t mut Tree {
    let member = tree.entry(name).or_insert(Value::Null);
    if !member.is_object() {
        *member = Value::Object(Map::new());
    }
    member.as_object_mut().expect("made an object in the line before")
}

/// What lies at a path of members.
pub(crate) fn at<'t>(tree: &'t Tree, path: &[&str]) -> Option<&'t Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(tree.get(*first)?, |value, name| value.get(name))
}

/// Makes a member what it is in another tree.
pub(crate) fn copy_member(name: &str, from: &Tree, to: &mut Tree) {
    match from.get(name) {
        Some(value) => {
            to.insert(name.to_owned(), value.clone());
        }
        None => {
            to.remove(name);
        }
    }
}
