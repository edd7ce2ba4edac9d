//! What can be wrong with a selector.

use std::fmt;

use super::{InvalidRequirement, Operator};
use crate::quote::Quoted;

/// Why a text or its parts make no label selector. The texts are those which an API server answers with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// The text does not follow the grammar of [`Selector`](super::Selector).
    #[error("{}found '{found}'{} expected: {expected}", within(*in_requirement), if *expected == "'('" { "" } else { "," })]
    Syntax {
        /// What was found; nothing at the end of the text.
        found: Box<str>,
        /// What could have stood there.
        expected: &'static str,
        /// Whether it was found inside a requirement, and not before, between or after them.
        in_requirement: bool,
    },
    /// A requirement that no label can meet or no server accepts.
    #[error("{}{}", within(*parsed), Aggregate(problems))]
    Requirement {
        /// All that is wrong with it.
        problems: Box<[InvalidRequirement]>,
        /// Whether it came from a text.
        parsed: bool,
    },
    /// The operator of a `LabelSelector` must be `In`, `NotIn`, `Exists` or `DoesNotExist`.
    #[error("{} is not a valid label selector operator", Quoted(operator))]
    UnknownOperator {
        /// The operator as it was given.
        operator: Box<str>,
    },
    /// kube's `Selector` has no integer comparisons, and none that matches nothing. Send the text of the selector instead.
    #[error("kube's label selector cannot say {}", .operator.map_or("\"nothing\"", Operator::as_str))]
    NotInKube {
        /// The operator; `None` for a selector that matches nothing.
        operator: Option<Operator>,
    },
}

impl SelectorError {
    pub(super) fn requirement(problems: Vec<InvalidRequirement>) -> Self {
        Self::Requirement { problems: problems.into(), parsed: false }
    }

    /// The same, met while a requirement was parsed.
    pub(super) fn while_parsing(self) -> Self {
        match self {
            Self::Requirement { problems, .. } => Self::Requirement { problems, parsed: true },
            Self::Syntax { found, expected, .. } => Self::Syntax { found, expected, in_requirement: true },
            other => other,
        }
    }
}

fn within(requirement: bool) -> &'static str {
    if requirement { "unable to parse requirement: " } else { "" }
}

/// Several problems as Go joins them: each text once, in brackets if there is more than one.
struct Aggregate<'a>(&'a [InvalidRequirement]);

impl fmt::Display for Aggregate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut texts: Vec<String> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for text in self.0.iter().map(ToString::to_string) {
            if seen.insert(text.clone()) {
                texts.push(text);
            }
        }
        match &*texts {
            [one] => f.write_str(one),
            several => write!(f, "[{}]", several.join(", ")),
        }
    }
}

/// Why a text is no field selector. The texts are those which an API server answers with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldSelectorError {
    /// A term has no operator: write `path=value`, `path==value` or `path!=value`.
    #[error("invalid selector: '{selector}'; can't understand '{term}'")]
    NoOperator {
        /// The whole text.
        selector: Box<str>,
        /// The term.
        term: Box<str>,
    },
    /// In a value only `\\`, `\,` and `\=` are escapes.
    #[error("invalid field selector: invalid escape sequence: {sequence}")]
    Escape {
        /// The backslash and what follows it.
        sequence: Box<str>,
    },
    /// In a value an equals sign must be written `\=`.
    #[error("invalid field selector: unescaped character in value: {}", u32::from(*character))]
    Unescaped {
        /// The character; the message gives its number, as Go's does.
        character: char,
    },
}
