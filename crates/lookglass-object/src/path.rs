//! Where in an object: [`Path`].

#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt, str::FromStr};

use thiserror::Error;

use crate::json::{JsonError, Reader, Sort};

/// A place in an object's JSON.
///
/// Written as a JSON pointer (`/spec/containers/0/image`, with `~1` for a slash and `~0` for a tilde), or with dots, as people
/// write it: `spec.nodeName`, `spec.containers[0].image`, `metadata.labels['app.kubernetes.io/name']`. A dot in front is
/// allowed, and `\.` is a dot that parts nothing.
///
/// ```
/// use lookglass_object::Path;
///
/// let path: Path = "metadata.labels['example.org/tier']".parse()?;
/// assert_eq!(path, r"/metadata/labels/example.org~1tier".parse()?);
/// assert_eq!(path, r".metadata.labels.example\.org/tier".parse()?);
/// assert!("spec.containers[".parse::<Path>().is_err());
/// # Ok::<(), lookglass_object::PathError>(())
/// ```
///
/// A step that is a number means an element where the object has a list, and a name where it has a map.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    steps: Box<[Step]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Step {
    name: Box<str>,
    index: Option<usize>,
}

impl Step {
    fn new(name: Cow<'_, str>) -> Self {
        Self { index: Path::index(&name), name: name.into() }
    }
}

/// More steps than any object is deep.
const MAX_STEPS: usize = 64;

impl Path {
    /// The names of the steps.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &str> {
        self.steps.iter().map(|step| &*step.name)
    }

    /// A reader that stands before the value at the steps from `skip` on, if there is one. Of several members of one name the
    /// last counts.
    pub(crate) fn find<'a>(&self, mut reader: Reader<'a>, skip: usize) -> Result<Option<Reader<'a>>, JsonError> {
        for step in self.steps.iter().skip(skip) {
            let mut found = None;
            match (reader.peek()?, step.index) {
                (Sort::Object, _) => {
                    reader.object()?;
                    while let Some(name) = reader.member()? {
                        if name.is(&step.name) {
                            found = Some(reader);
                        }
                        reader.skip()?;
                    }
                }
                (Sort::Array, Some(index)) => {
                    reader.array()?;
                    let mut at = 0;
                    while reader.element()? {
                        if at == index {
                            found = Some(reader);
                            break;
                        }
                        at += 1;
                        reader.skip()?;
                    }
                }
                _ => {}
            }
            match found {
                Some(found) => reader = found,
                None => return Ok(None),
            }
        }
        Ok(Some(reader))
    }

    /// The index that a step's name is. A leading zero or plus makes it a name: it is no index in JSON pointers either.
    pub(crate) fn index(name: &str) -> Option<usize> {
        let canonical = name == "0" || !name.starts_with(['0', '+']);
        name.parse().ok().filter(|_| canonical)
    }

    /// A path of names that are known to be none too many.
    pub(crate) fn of(names: &[&str]) -> Self {
        Self { steps: names.iter().map(|name| Step::new((*name).into())).collect() }
    }

    fn from_names(names: Vec<Cow<'_, str>>, text: &str) -> Result<Self, PathError> {
        if names.len() > MAX_STEPS {
            return Err(PathError::TooLong { path: text.into() });
        }
        Ok(Self { steps: names.into_iter().map(Step::new).collect() })
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let names = match text.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(unescape).collect::<Option<_>>(),
            None => dotted(text),
        };
        Self::from_names(names.ok_or_else(|| PathError::Malformed { path: text.into() })?, text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            write!(f, "/{}", step.name.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

/// What can be taken for a [`Path`]: one that was parsed before, or text, which is parsed now.
pub trait IntoPath {
    /// The path.
    ///
    /// # Errors
    ///
    /// The text is none.
    fn with_path<R>(self, read: impl FnOnce(&Path) -> R) -> Result<R, PathError>;
}

impl IntoPath for &Path {
    fn with_path<R>(self, read: impl FnOnce(&Path) -> R) -> Result<R, PathError> {
        Ok(read(self))
    }
}

impl IntoPath for &str {
    fn with_path<R>(self, read: impl FnOnce(&Path) -> R) -> Result<R, PathError> {
        self.parse().map(|path| read(&path))
    }
}

/// Why a text is no [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError {
    /// An empty step, a bracket that does not close, or an escape that is none.
    #[error(
        "malformed path {path:?}; write spec.nodeName, spec.containers[0].image, labels['a.b/c'] or /spec/nodeName"
    )]
    Malformed {
        /// The text as it was given.
        path: Box<str>,
    },
    /// More than 64 steps.
    #[error("path {path:?} has more than {MAX_STEPS} steps")]
    TooLong {
        /// The text as it was given.
        path: Box<str>,
    },
}

fn unescape(step: &str) -> Option<Cow<'_, str>> {
    if !step.contains('~') {
        return Some(step.into());
    }
    let plain = step.replace("~1", "/").replace("~0", "~");
    let tildes = step.matches('~').count();
    (step.matches("~0").count() + step.matches("~1").count() == tildes).then(|| plain.into())
}

fn dotted(text: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut names = Vec::new();
    let mut rest = text.strip_prefix('.').unwrap_or(text);
    loop {
        let (name, behind) = if let Some(inside) = rest.strip_prefix('[') { bracket(inside)? } else { word(rest)? };
        names.push(name);
        rest = match behind.strip_prefix('.') {
            Some(next) => next,
            None if behind.is_empty() => return Some(names),
            None => behind,
        };
        if !behind.starts_with(['.', '[']) || rest.is_empty() {
            return None;
        }
    }
}

/// A step up to a dot or bracket.
fn word(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    let end = text.find(|c| {
        let ends = !escaped && matches!(c, '.' | '[' | ']');
        escaped = !escaped && c == '\\';
        ends
    });
    let (name, behind) = text.split_at(end.unwrap_or(text.len()));
    if name.is_empty() || behind.starts_with(']') {
        return None;
    }
    if !name.contains('\\') {
        return Some((name.into(), behind));
    }
    let mut plain = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next()? } else { c });
    }
    Some((plain.into(), behind))
}

/// What stands in brackets, quoted or not, and what follows them.
fn bracket(inside: &str) -> Option<(Cow<'_, str>, &str)> {
    let quoted = inside.strip_prefix('\'').map(|text| (text, "']"));
    let (text, close) = quoted.or_else(|| inside.strip_prefix('"').map(|text| (text, "\"]"))).unwrap_or((inside, "]"));
    let (name, behind) = text.split_once(close)?;
    let legal = close.len() == 2 || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()));
    legal.then(|| (name.into(), behind))
}
