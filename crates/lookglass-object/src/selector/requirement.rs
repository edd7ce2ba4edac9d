//! One requirement of a label selector.

use std::fmt;

use super::SelectorError;
use crate::{quote::Quoted, validate};

/// How a [`Requirement`] relates a label to its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Kubernetes has not added an operator since 1.2; who evaluates must know all"
)]
pub enum Operator {
    /// `key=value`
    Equals,
    /// `key==value`, which means and matches the same; kept apart so that a selector prints as it was written.
    DoubleEquals,
    /// `key!=value`
    NotEquals,
    /// `key in (values)`
    In,
    /// `key notin (values)`
    NotIn,
    /// `key`
    Exists,
    /// `!key`
    DoesNotExist,
    /// `key>value`
    GreaterThan,
    /// `key<value`
    LessThan,
}

impl Operator {
    /// The name by which Kubernetes' Go code knows the operator: `=`, `==`, `!=`, `in`, `notin`, `exists`, `!`, `gt`, `lt`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "=",
            Self::DoubleEquals => "==",
            Self::NotEquals => "!=",
            Self::In => "in",
            Self::NotIn => "notin",
            Self::Exists => "exists",
            Self::DoesNotExist => "!",
            Self::GreaterThan => "gt",
            Self::LessThan => "lt",
        }
    }
}

/// A label key, an operator, and the values it is held against.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    key: Box<str>,
    operator: Operator,
    // Sorted, so that they print and are searched as they lie.
    values: Box<[Box<str>]>,
}

impl Requirement {
    /// A requirement that a server would accept.
    ///
    /// # Errors
    ///
    /// [`SelectorError::Requirement`] names everything that is wrong: a key or value that no label can have, a number of
    /// values that the operator does not take, or a bound that is no integer.
    pub fn new<V: AsRef<str>>(
        key: &str,
        operator: Operator,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, SelectorError> {
        let given: Vec<V> = values.into_iter().collect();
        // Before sorting: the problems name a value by its place.
        let problems = problems(key, operator, &given);
        if problems.is_empty() {
            Ok(Self::unchecked(key, operator, given))
        } else {
            Err(SelectorError::requirement(problems))
        }
    }

    pub(super) fn unchecked<V: AsRef<str>>(key: &str, operator: Operator, values: impl IntoIterator<Item = V>) -> Self {
        let mut values: Box<[Box<str>]> = values.into_iter().map(|v| v.as_ref().into()).collect();
        values.sort_unstable();
        Self { key: key.into(), operator, values }
    }

    pub(super) fn check(&self) -> Result<(), SelectorError> {
        let problems = problems(&self.key, self.operator, &self.values);
        if problems.is_empty() { Ok(()) } else { Err(SelectorError::requirement(problems)) }
    }

    /// The key of the label.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The operator.
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The values, sorted.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        self.values.iter().map(|v| &**v)
    }

    /// Whether a label with this value (`None`: a missing label) meets the requirement.
    #[must_use]
    pub fn matches(&self, value: Option<&str>) -> bool {
        match self.operator {
            Operator::Equals | Operator::DoubleEquals | Operator::In => value.is_some_and(|v| self.has(v)),
            Operator::NotEquals | Operator::NotIn => !value.is_some_and(|v| self.has(v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => self.compare(value, |value, bound| value > bound),
            Operator::LessThan => self.compare(value, |value, bound| value < bound),
        }
    }

    /// The one value that the label must have, if there is one.
    pub(super) fn only_value(&self) -> Option<&str> {
        match (self.operator, &*self.values) {
            (Operator::Equals | Operator::DoubleEquals | Operator::In, [value]) => Some(value),
            _ => None,
        }
    }

    fn has(&self, value: &str) -> bool {
        match &*self.values {
            [only] => **only == *value,
            values => values.binary_search_by(|v| (**v).cmp(value)).is_ok(),
        }
    }

    fn compare(&self, value: Option<&str>, holds: impl Fn(i64, i64) -> bool) -> bool {
        let (Some(value), [bound]) = (value, &*self.values) else { return false };
        value.parse().is_ok_and(|value| bound.parse().is_ok_and(|bound| holds(value, bound)))
    }
}

/// As Go prints it.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &*self.key;
        let (open, close) = match self.operator {
            Operator::Exists => return f.write_str(key),
            Operator::DoesNotExist => return write!(f, "!{key}"),
            Operator::Equals => ("=", ""),
            Operator::DoubleEquals => ("==", ""),
            Operator::NotEquals => ("!=", ""),
            Operator::GreaterThan => (">", ""),
            Operator::LessThan => ("<", ""),
            Operator::In => (" in (", ")"),
            Operator::NotIn => (" notin (", ")"),
        };
        write!(f, "{key}{open}")?;
        for (i, value) in self.values.iter().enumerate() {
            write!(f, "{}{value}", if i > 0 { "," } else { "" })?;
        }
        f.write_str(close)
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Requirement({self})")
    }
}

/// One thing that is wrong with a requirement, worded as Kubernetes does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRequirement {
    pub(super) field: String,
    // Already quoted, or as JSON for a list of values.
    pub(super) value: String,
    pub(super) detail: String,
}

impl InvalidRequirement {
    pub(super) fn key(field: &str, key: &str) -> Option<Self> {
        let problems = validate::label_key(key);
        (!problems.is_empty()).then(|| Self::quoted(field.to_owned(), key, &problems.join("; ")))
    }

    fn quoted(field: String, value: &str, detail: &str) -> Self {
        Self { field, value: Quoted(value).to_string(), detail: detail.to_owned() }
    }

    /// What it is about: `key`, `values`, `values[0]`, or `values[0][the key]` for a value that no label can have.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for InvalidRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: Invalid value: {}: {}", self.field, self.value, self.detail)
    }
}

/// So many problems are reported of one requirement. Kubernetes knows no bound, but each takes some 400 bytes of message for
/// as little as two of input.
const MOST_PROBLEMS: usize = 1000;

/// In the order in which Kubernetes reports them.
fn problems<V: AsRef<str>>(key: &str, operator: Operator, values: &[V]) -> Vec<InvalidRequirement> {
    let mut problems = Vec::from_iter(InvalidRequirement::key("key", key));
    let count = |right: bool, detail: &str| {
        let value = || json_strings(values);
        (!right).then(|| InvalidRequirement { field: "values".into(), value: value(), detail: detail.into() })
    };
    problems.extend(match operator {
        Operator::In | Operator::NotIn => {
            count(!values.is_empty(), "for 'in', 'notin' operators, values set can't be empty")
        }
        Operator::Equals | Operator::DoubleEquals | Operator::NotEquals => {
            count(values.len() == 1, "exact-match compatibility requires one single value")
        }
        Operator::Exists | Operator::DoesNotExist => {
            count(values.is_empty(), "values set must be empty for exists and does not exist")
        }
        Operator::GreaterThan | Operator::LessThan => {
            count(values.len() == 1, "for 'Gt', 'Lt' operators, exactly one value is required")
        }
    });
    if matches!(operator, Operator::GreaterThan | Operator::LessThan) {
        problems.extend(values.iter().map(AsRef::as_ref).enumerate().filter(|(_, v)| v.parse::<i64>().is_err()).map(
            |(i, value)| {
                let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
                InvalidRequirement::quoted(format!("values[{i}]"), value, detail)
            },
        ));
    }
    for (i, value) in values.iter().map(AsRef::as_ref).enumerate() {
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
        let wrong = validate::label_value(value);
        if !wrong.is_empty() {
            problems.push(InvalidRequirement::quoted(format!("values[{i}][{key}]"), value, &wrong.join("; ")));
        }
    }
    problems
}

/// As Go's `json.Marshal` shows a list of strings: no list is `null`, and HTML's characters are escaped.
fn json_strings<V: AsRef<str>>(values: &[V]) -> String {
    if values.is_empty() {
        return "null".into();
    }
    let mut json = String::from("[");
    for (i, value) in values.iter().enumerate() {
        json.push_str(if i > 0 { ",\"" } else { "\"" });
        for c in value.as_ref().chars() {
            match c {
                '"' | '\\' => json.extend(['\\', c]),
                '\u{8}' => json.push_str("\\b"),
                '\u{c}' => json.push_str("\\f"),
                '\n' => json.push_str("\\n"),
                '\r' => json.push_str("\\r"),
                '\t' => json.push_str("\\t"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                    json.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => json.push(c),
            }
        }
        json.push('"');
    }
    json.push(']');
    json
}
