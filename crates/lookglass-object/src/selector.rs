//! Choosing objects by their labels ([`Selector`]) and by their fields ([`FieldSelector`]), exactly as an API server does.

mod convert;
mod error;
mod field;
mod lexer;
mod matcher;
mod parse;
mod requirement;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

use kube_core::ObjectMeta;

pub use error::{FieldSelectorError, SelectorError};
pub use field::{FieldRequirement, FieldSelector};
pub use matcher::Matcher;
pub use requirement::{InvalidRequirement, Operator, Requirement};

/// A label selector: requirements which the labels of an object must all meet.
///
/// ```
/// use lookglass_object::Selector;
///
/// let web: Selector = "tier!=db,app=web".parse()?;
/// assert_eq!(web.to_string(), "app=web,tier!=db");
/// assert!(web.matches(&[("app", "web")]));
/// assert!(!web.matches(&[("app", "web"), ("tier", "db")]));
/// assert_eq!(Selector::new().not_eq("tier", "db").eq("app", "web"), web);
///
/// let error = "=web".parse::<Selector>().unwrap_err();
/// assert_eq!(error.to_string(), "found '=', expected: !, identifier, or 'end of string'");
/// # Ok::<(), lookglass_object::SelectorError>(())
/// ```
///
/// # Meaning
///
/// Grammar, error texts and meaning are those of `labels.Parse` in Kubernetes 1.36:
///
/// | text | an object matches if |
/// | --- | --- |
/// | `key=v`, `key==v`, `key in (v, w)` | it has the label and its value is one of these |
/// | `key!=v`, `key notin (v, w)` | it has another value, **or lacks the label** |
/// | `key`, `!key` | it has the label, lacks it |
/// | `key>5`, `key<5` | it has the label, its value is a 64-bit integer, and the inequality holds |
///
/// A missing value is the empty one: `key=`, `key in ()`. Requirements are kept sorted by key, in their given order where keys
/// are equal, and values sorted; [`Display`](fmt::Display) prints that order, as Go does.
///
/// # Cost
///
/// One pointer and a flag; cloning counts a reference. Matching looks each key up once, searches the values by halving, and
/// never allocates; a [`Matcher`] puts the question once to each label set instead of to each object. Parsing takes time in proportion to the text (times its logarithm, for sorting), whatever the text is.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Selector {
    requirements: Arc<Vec<Requirement>>,
    nothing: bool,
}

impl Selector {
    /// A selector without requirements, to which they can be added: it matches everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Matches every object.
    #[must_use]
    pub fn everything() -> Self {
        Self::default()
    }

    /// Matches no object, whatever is added to it.
    ///
    /// Go prints it as the empty text, which a server would take for everything; here it prints as a selector that no object
    /// can meet, so that it stays harmless when it is sent.
    #[must_use]
    pub fn nothing() -> Self {
        Self { requirements: Arc::default(), nothing: true }
    }

    /// With the requirement `key=value`. Like all methods of this kind it takes the parts as they are: see
    /// [`checked`](Self::checked).
    #[must_use]
    pub fn eq(self, key: &str, value: &str) -> Self {
        self.and(Requirement::unchecked(key, Operator::Equals, [value]))
    }

    /// With the requirement `key!=value`.
    #[must_use]
    pub fn not_eq(self, key: &str, value: &str) -> Self {
        self.and(Requirement::unchecked(key, Operator::NotEquals, [value]))
    }

    /// With the requirement `key in (values)`.
    #[must_use]
    pub fn is_in<V: AsRef<str>>(self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.and(Requirement::unchecked(key, Operator::In, values))
    }

    /// With the requirement `key notin (values)`.
    #[must_use]
    pub fn not_in<V: AsRef<str>>(self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.and(Requirement::unchecked(key, Operator::NotIn, values))
    }

    /// With the requirement `key`.
    #[must_use]
    pub fn exists(self, key: &str) -> Self {
        self.and(Requirement::unchecked(key, Operator::Exists, [""; 0]))
    }

    /// With the requirement `!key`.
    #[must_use]
    pub fn not_exists(self, key: &str) -> Self {
        self.and(Requirement::unchecked(key, Operator::DoesNotExist, [""; 0]))
    }

    /// With the requirement `key>bound`. A negative bound works here, but a server refuses it.
    #[must_use]
    pub fn greater_than(self, key: &str, bound: i64) -> Self {
        self.and(Requirement::unchecked(key, Operator::GreaterThan, [bound.to_string()]))
    }

    /// With the requirement `key<bound`. A negative bound works here, but a server refuses it.
    #[must_use]
    pub fn less_than(self, key: &str, bound: i64) -> Self {
        self.and(Requirement::unchecked(key, Operator::LessThan, [bound.to_string()]))
    }

    /// With one more requirement.
    #[must_use]
    pub fn and(mut self, requirement: Requirement) -> Self {
        if !self.nothing {
            let requirements = Arc::make_mut(&mut self.requirements);
            let place = requirements.partition_point(|r| r.key() <= requirement.key());
            requirements.insert(place, requirement);
        }
        self
    }

    /// The selector itself, if each of its keys and values is one that a label can have. Parsed selectors always are; those
    /// put together from parts should be checked before they are sent, because a part with a comma in it would print as two.
    ///
    /// # Errors
    ///
    /// [`SelectorError::Requirement`] with the problems of the first bad requirement.
    pub fn checked(self) -> Result<Self, SelectorError> {
        self.requirements.iter().try_for_each(Requirement::check)?;
        Ok(self)
    }

    /// Whether this matches every object because it requires nothing: Go's `Empty`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.nothing && self.requirements.is_empty()
    }

    /// Whether this is [`nothing`](Self::nothing). Contradictions such as `a,!a` are not looked for.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// The requirements, sorted by key; none for [`nothing`](Self::nothing) too.
    #[must_use]
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// The value that the label must have to match, if the first requirement on it allows exactly one. An index on the label
    /// can then stand in for the scan; the other requirements still have to be met.
    #[must_use]
    pub fn requires_exact_match(&self, key: &str) -> Option<&str> {
        let first = self.requirements.partition_point(|r| r.key() < key);
        self.requirements.get(first).filter(|r| r.key() == key).and_then(Requirement::only_value)
    }

    /// Whether an object with these labels is chosen.
    #[must_use]
    pub fn matches(&self, labels: &(impl Labels + ?Sized)) -> bool {
        self.matches_with(|key| labels.label(key))
    }

    /// This selector for going through many objects.
    #[must_use]
    pub fn matcher(&self) -> Matcher {
        Matcher::new(self.clone())
    }

    /// Whether an object is chosen whose labels are found through a function.
    #[must_use]
    pub fn matches_with<'v>(&self, mut label: impl FnMut(&str) -> Option<&'v str>) -> bool {
        !self.nothing && self.requirements.iter().all(|r| r.matches(label(r.key())))
    }
}

/// The canonical text, which can be parsed again and sent to a server. The empty text chooses everything.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nothing {
            return f.write_str("nothing,!nothing");
        }
        for (i, requirement) in self.requirements.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selector({self})")
    }
}

/// Whatever labels can be looked up in.
///
/// # Contract
///
/// [`label`](Self::label) gives the value of the label with exactly this key, `None` if there is none. It should not
/// allocate: selectors call it once for each requirement.
pub trait Labels {
    /// The value of a label.
    fn label(&self, key: &str) -> Option<&str>;
}

impl Labels for BTreeMap<String, String> {
    fn label(&self, key: &str) -> Option<&str> {
        self.get(key).map(String::as_str)
    }
}

impl<S: std::hash::BuildHasher> Labels for HashMap<String, String, S> {
    fn label(&self, key: &str) -> Option<&str> {
        self.get(key).map(String::as_str)
    }
}

/// Searched from the first to the last.
impl<K: AsRef<str>, V: AsRef<str>> Labels for [(K, V)] {
    fn label(&self, key: &str) -> Option<&str> {
        self.iter().find(|(k, _)| k.as_ref() == key).map(|(_, v)| v.as_ref())
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Labels for [(K, V); N] {
    fn label(&self, key: &str) -> Option<&str> {
        self.as_slice().label(key)
    }
}

impl<L: Labels> Labels for Option<L> {
    fn label(&self, key: &str) -> Option<&str> {
        self.as_ref()?.label(key)
    }
}

impl<L: Labels + ?Sized> Labels for &L {
    fn label(&self, key: &str) -> Option<&str> {
        (**self).label(key)
    }
}

impl Labels for ObjectMeta {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels.label(key)
    }
}

#[cfg(test)]
mod tests;
