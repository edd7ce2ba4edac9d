//! Which objects of a resource a request is about: [`Selection`].

use std::borrow::Cow;

use lookglass_object::{FieldRequirement, FieldSelector, Selector};
use lookglass_protocol::{Resource, Stored};

use super::fields::Field;

/// A namespace or all, and what labels and fields must be.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    namespace: Option<Box<str>>,
    labels: Selector,
    fields: Vec<(Field, FieldRequirement)>,
}

impl Selection {
    pub(super) fn new(resource: &Resource, namespace: Option<&str>, labels: &Selector, fields: &FieldSelector) -> Self {
        let field = |term: &FieldRequirement| (Field::of(&resource.gvr, term.field()), term.clone());
        Self {
            namespace: namespace.map(Into::into),
            labels: labels.clone(),
            fields: fields.requirements().iter().map(field).collect(),
        }
    }

    /// Whether every object of the namespace matches.
    pub(super) fn is_whole(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object matches.
    pub(super) fn matches(&self, facts: &mut Facts<'_>) -> bool {
        let object = facts.object;
        self.namespace.as_deref().is_none_or(|namespace| object.key().namespace() == Some(namespace))
            && self.labels.matches(object.labels())
            && self.fields.iter().all(|(field, term)| term.matches(Some(facts.value(field))))
    }

    /// Something that every matching object has, and of which few others have the same.
    pub(super) fn hold(&self) -> Hold {
        let exact = self.fields.iter().filter(|(_, term)| !term.is_negated());
        let by_field = exact.filter(|(field, _)| *field != Field::Namespace).map(|(field, term)| (field, term.value()));
        if let Some((field, value)) = by_field.min_by_key(|(field, _)| **field != Field::Name) {
            return Hold::Field(field.clone(), value.into());
        }
        let mut keys = self.labels.requirements().iter().map(|requirement| requirement.key());
        if let Some((key, value)) = keys.find_map(|key| Some((key, self.labels.requires_exact_match(key)?))) {
            return Hold::Label(key.into(), value.into());
        }
        self.namespace.clone().map_or(Hold::Nothing, Hold::Namespace)
    }
}

/// By what a watcher can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hold {
    /// A field with this value.
    Field(Field, Box<str>),
    /// A label with this value.
    Label(Box<str>, Box<str>),
    /// The namespace.
    Namespace(Box<str>),
    /// Nothing: any object may match.
    Nothing,
}

/// An object as selectors look at it; each field is read once, however many selectors ask.
#[derive(Debug)]
pub(super) struct Facts<'o> {
    object: &'o Stored,
    values: Vec<(Field, Cow<'o, str>)>,
}

impl<'o> Facts<'o> {
    pub(super) fn of(object: &'o Stored) -> Self {
        Self { object, values: Vec::new() }
    }

    pub(super) fn value(&mut self, field: &Field) -> &str {
        let at = self.values.iter().position(|(known, _)| known == field).unwrap_or_else(|| {
            self.values.push((field.clone(), field.value(self.object)));
            self.values.len() - 1
        });
        &self.values[at].1
    }
}
