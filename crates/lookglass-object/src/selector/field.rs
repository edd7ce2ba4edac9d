//! Choosing objects by their fields.

use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

use super::FieldSelectorError;

/// A field selector: fields which must all have, or not have, given values.
///
/// ```
/// use lookglass_object::FieldSelector;
///
/// let selector: FieldSelector = "status.phase!=Failed,metadata.name=web-0".parse()?;
/// assert_eq!(selector.to_string(), "metadata.name=web-0,status.phase!=Failed");
/// assert_eq!(selector.requires_exact_match("metadata.name"), Some("web-0"));
/// assert!(selector.matches(|path| (path == "metadata.name").then_some("web-0".into())));
/// # Ok::<(), lookglass_object::FieldSelectorError>(())
/// ```
///
/// # Meaning
///
/// As `fields.ParseSelector` of Kubernetes: terms `path=value`, `path==value` (the same) and `path!=value`, joined by commas. In
/// a value `\\`, `\,` and `\=` stand for the character after the backslash. A field that is missing counts as empty, so `path=`
/// matches it. Which paths there are is not this type's business: a server knows a few per kind and refuses others, a cache
/// can look up any.
///
/// # Cost
///
/// One pointer; cloning counts a reference. Matching looks each path up once and allocates nothing of its own.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldSelector {
    requirements: Arc<Vec<FieldRequirement>>,
}

/// A path and the value that it must, or must not, have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldRequirement {
    field: Box<str>,
    negated: bool,
    value: Box<str>,
}

impl FieldRequirement {
    /// The path of the field, such as `spec.nodeName`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether the field must *not* have the value.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// Whether a field with this value (`None`: a missing field) meets the requirement.
    #[must_use]
    pub fn matches(&self, value: Option<&str>) -> bool {
        (value.unwrap_or_default() == &*self.value) != self.negated
    }
}

impl FieldSelector {
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

    /// With the requirement `field=value`. The field must be a path, which never holds `=`, `!`, `,` or a backslash; the value
    /// can be any text.
    #[must_use]
    pub fn eq(self, field: &str, value: &str) -> Self {
        self.and(field, false, value)
    }

    /// With the requirement `field!=value`.
    #[must_use]
    pub fn not_eq(self, field: &str, value: &str) -> Self {
        self.and(field, true, value)
    }

    fn and(mut self, field: &str, negated: bool, value: &str) -> Self {
        let requirement = FieldRequirement { field: field.into(), negated, value: value.into() };
        Arc::make_mut(&mut self.requirements).push(requirement);
        self
    }

    /// Whether this matches every object because it requires nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The requirements: in the order of their texts if parsed, else as they were added.
    #[must_use]
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.requirements
    }

    /// The value that the field must have to match, if a requirement says one. The first counts; if a second one contradicts
    /// it, nothing matches.
    #[must_use]
    pub fn requires_exact_match(&self, field: &str) -> Option<&str> {
        self.requirements.iter().find(|r| !r.negated && &*r.field == field).map(|r| &*r.value)
    }

    /// Whether an object is chosen whose fields are found through a function.
    #[must_use]
    pub fn matches<'v>(&self, mut field: impl FnMut(&str) -> Option<Cow<'v, str>>) -> bool {
        self.requirements.iter().all(|r| r.matches(field(&r.field).as_deref()))
    }
}

impl FromStr for FieldSelector {
    type Err = FieldSelectorError;

    fn from_str(text: &str) -> Result<Self, FieldSelectorError> {
        let mut terms = terms(text);
        terms.sort_unstable();
        let mut requirements = Vec::with_capacity(terms.len());
        for term in terms.into_iter().filter(|term| !term.is_empty()) {
            let Some((field, negated, value)) = split(term) else {
                return Err(FieldSelectorError::NoOperator { selector: text.into(), term: term.into() });
            };
            let value = unescape(value)?;
            // Kubernetes drops terms that say nothing at all, like a lone `=`.
            if !(field.is_empty() && value.is_empty()) {
                requirements.push(FieldRequirement { field: field.into(), negated, value: value.into() });
            }
        }
        Ok(Self { requirements: Arc::new(requirements) })
    }
}

impl TryFrom<&str> for FieldSelector {
    type Error = FieldSelectorError;

    fn try_from(text: &str) -> Result<Self, FieldSelectorError> {
        text.parse()
    }
}

/// Cut at commas that no backslash precedes.
fn terms(text: &str) -> Vec<&str> {
    let mut escaped = false;
    text.split(|c| {
        let cut = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        cut
    })
    .collect()
}

/// Field, whether negated, and value as written: cut at the first operator, wherever it stands.
fn split(term: &str) -> Option<(&str, bool, &str)> {
    let equals = term.find('=')?;
    let (field, value) = (&term[..equals], &term[equals + 1..]);
    match field.strip_suffix('!') {
        Some(field) => Some((field, true, value)),
        None => Some((field, false, value.strip_prefix('=').unwrap_or(value))),
    }
}

fn unescape(value: &str) -> Result<Cow<'_, str>, FieldSelectorError> {
    if !value.contains(['\\', ',', '=']) {
        return Ok(value.into());
    }
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('\\' | ',' | '=')) => plain.push(escaped),
                other => {
                    return Err(FieldSelectorError::Escape { sequence: ['\\'].into_iter().chain(other).collect() });
                }
            },
            ',' | '=' => return Err(FieldSelectorError::Unescaped { character: c }),
            c => plain.push(c),
        }
    }
    Ok(plain.into())
}

impl fmt::Display for FieldRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field, if self.negated { "!=" } else { "=" })?;
        for piece in self.value.split_inclusive(['\\', ',', '=']) {
            match piece.char_indices().next_back() {
                Some((at, c @ ('\\' | ',' | '='))) => write!(f, "{}\\{c}", &piece[..at])?,
                _ => f.write_str(piece)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FieldRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldRequirement({self})")
    }
}

/// The text, which can be parsed again and sent to a server. The empty text chooses everything.
impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, requirement) in self.requirements.iter().enumerate() {
            write!(f, "{}{requirement}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldSelector({self})")
    }
}
