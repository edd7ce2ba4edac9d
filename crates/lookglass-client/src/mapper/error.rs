//! Why a name or kind stands for nothing: [`NoMapping`].

use std::fmt;

use lookglass_object::{GroupVersion, Gvr};

/// Why a name or kind stands for no resource. Text for people is its `Display`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoMapping {
    /// The server has nothing of that name.
    Unknown {
        /// What was looked for, as it was given.
        wanted: String,
        /// What is written much like it, best first.
        similar: Vec<String>,
        /// What could not be asked; it may be in one of these.
        unasked: Vec<GroupVersion>,
    },
    /// It may be any of several, and none comes first. Write it with version and group: `deployments.v1.apps`.
    Ambiguous {
        /// What was looked for, as it was given.
        wanted: String,
        /// What it may be.
        candidates: Vec<Gvr>,
    },
}

impl NoMapping {
    /// Whether the server has nothing of that name; client-go's `IsNoMatchError`.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

impl fmt::Display for NoMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { wanted, similar, unasked } => {
                write!(f, "the server has no resource or kind {wanted:?}")?;
                list(f, "; did you mean ", similar, "?")?;
                list(f, "; not known is what there is in ", unasked, ", which could not be asked")
            }
            Self::Ambiguous { wanted, candidates } => {
                write!(f, "{wanted:?} may be any of several resources")?;
                let named = candidates.iter().map(|it| format!("{}.{}.{}", it.resource(), it.version(), it.group()));
                list(f, "; name one of ", &named.collect::<Vec<_>>(), "")
            }
        }
    }
}

impl std::error::Error for NoMapping {}

fn list(f: &mut fmt::Formatter<'_>, before: &str, what: &[impl fmt::Display], after: &str) -> fmt::Result {
    let Some((first, others)) = what.split_first() else { return Ok(()) };
    write!(f, "{before}{first}")?;
    for other in others {
        write!(f, ", {other}")?;
    }
    f.write_str(after)
}
