//! JSON patch (RFC 6902), as an API server takes it.

#[cfg(test)]
mod tests;

use serde_json::Value;
use thiserror::Error;

/// How many operations a patch may have.
pub(crate) const MAX_OPERATIONS: usize = 10_000;
/// How much all `copy` operations of a patch may copy, in bytes of JSON: without a limit, each copy could double the object.
const MAX_COPIED: usize = 3 << 20;
/// How deep an object may become: beyond what is ever read again, but bounded, since trees are walked by recursion.
const MAX_DEPTH: usize = 192;

/// A patch that has been read.
///
/// # Promises
///
/// It is done whole or not at all: after an error the tree it was applied to is of no use and to be dropped. Indexes may be negative and
/// count from the end then, as in the library that Kubernetes uses; a missing `value` is null.
#[derive(Debug, Clone)]
pub(crate) struct JsonPatch(Vec<Operation>);

#[derive(Debug, Clone)]
struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    value: Value,
}

/// Why a patch is none.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum NotAPatch {
    /// In Go's words.
    #[error("json: cannot unmarshal {found} into Go {into}")]
    Type { found: &'static str, into: String },
    #[error("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {0}")]
    TooMany(usize),
}

/// That a patch does not fit the object. The client is not told why: the real server does not either.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DoesNotApply;

impl JsonPatch {
    /// Reads a patch. That its operations make sense is seen when it is applied.
    pub(crate) fn read(patch: Value) -> Result<Self, NotAPatch> {
        let operations = match patch {
            Value::Array(operations) => operations,
            Value::Null => Vec::new(),
            other => return Err(wrong(&other, "value of type []handlers.jsonPatchOp")),
        };
        if operations.len() > MAX_OPERATIONS {
            return Err(NotAPatch::TooMany(operations.len()));
        }
        operations.into_iter().map(Operation::read).collect::<Result<_, _>>().map(Self)
    }

    /// Applies it.
    pub(crate) fn apply(&self, tree: &mut Value) -> Result<(), DoesNotApply> {
        let mut copied = 0;
        self.0.iter().try_for_each(|operation| operation.apply(tree, &mut copied))
    }
}

impl Operation {
    fn read(value: Value) -> Result<Self, NotAPatch> {
        let mut members = match value {
            Value::Object(members) => members,
            other => return Err(wrong(&other, "value of type handlers.jsonPatchOp")),
        };
        let mut text = |name: &str| match members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(&other, &format!("struct field jsonPatchOp.{name} of type string"))),
        };
        let (op, path, from) = (text("op")?.unwrap_or_default(), text("path")?, text("from")?);
        Ok(Self { op, path, from, value: members.remove("value").unwrap_or_default() })
    }

    fn apply(&self, tree: &mut Value, copied: &mut usize) -> Result<(), DoesNotApply> {
        let path = Pointer::read(self.path.as_deref())?;
        match &*self.op {
            "add" => add(tree, &path, self.value.clone()),
            "remove" => remove(tree, &path).map(drop),
            "replace" => {
                *find_mut(tree, &path).ok_or(DoesNotApply)? = bounded(&path, self.value.clone())?;
                Ok(())
            }
            "move" => {
                let from = Pointer::read(self.from.as_deref())?;
                let value = remove(tree, &from)?;
                add(tree, &path, value)
            }
            "copy" => {
                let from = Pointer::read(self.from.as_deref())?;
                let value = find(tree, &from).ok_or(DoesNotApply)?;
                *copied += size(value);
                if *copied > MAX_COPIED {
                    return Err(DoesNotApply);
                }
                let value = value.clone();
                add(tree, &path, value)
            }
            // What is missing is null to a test.
            "test" if *find(tree, &path).unwrap_or(&Value::Null) == self.value => Ok(()),
            _ => Err(DoesNotApply),
        }
    }
}

/// The segments of a path, without their escapes.
struct Pointer(Vec<String>);

impl Pointer {
    fn read(path: Option<&str>) -> Result<Self, DoesNotApply> {
        let path = path.ok_or(DoesNotApply)?;
        if path.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let segments = path.strip_prefix('/').ok_or(DoesNotApply)?.split('/');
        // In this order: `~01` is `~1`.
        Ok(Self(segments.map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()))
    }
}

fn find<'t>(tree: &'t Value, path: &Pointer) -> Option<&'t Value> {
    path.0.iter().try_fold(tree, |value, segment| match value {
        Value::Object(members) => members.get(segment),
        Value::Array(elements) => elements.get(index(segment, elements.len())?),
        _ => None,
    })
}

fn find_mut<'t>(tree: &'t mut Value, path: &Pointer) -> Option<&'t mut Value> {
    path.0.iter().try_fold(tree, |value, segment| match value {
        Value::Object(members) => members.get_mut(segment),
        Value::Array(elements) => {
            let index = index(segment, elements.len())?;
            elements.get_mut(index)
        }
        _ => None,
    })
}

fn parent<'t, 'p>(tree: &'t mut Value, path: &'p Pointer) -> Result<(&'t mut Value, &'p str), DoesNotApply> {
    let (last, before) = path.0.split_last().ok_or(DoesNotApply)?;
    let parent = find_mut(tree, &Pointer(before.to_vec())).ok_or(DoesNotApply)?;
    Ok((parent, last))
}

fn add(tree: &mut Value, path: &Pointer, value: Value) -> Result<(), DoesNotApply> {
    let value = bounded(path, value)?;
    if path.0.is_empty() {
        *tree = value;
        return Ok(());
    }
    match parent(tree, path)? {
        (Value::Object(members), name) => {
            members.insert(name.to_owned(), value);
        }
        (Value::Array(elements), "-") => elements.push(value),
        (Value::Array(elements), place) => {
            let place = index(place, elements.len() + 1).ok_or(DoesNotApply)?;
            elements.insert(place, value);
        }
        _ => return Err(DoesNotApply),
    }
    Ok(())
}

fn remove(tree: &mut Value, path: &Pointer) -> Result<Value, DoesNotApply> {
    match parent(tree, path)? {
        (Value::Object(members), name) => members.remove(name).ok_or(DoesNotApply),
        (Value::Array(elements), place) => {
            let place = index(place, elements.len()).ok_or(DoesNotApply)?;
            Ok(elements.remove(place))
        }
        _ => Err(DoesNotApply),
    }
}

/// The place among `len` that a segment names; a negative one counts from the end.
fn index(segment: &str, len: usize) -> Option<usize> {
    let number: i64 = segment.parse().ok()?;
    let place = if number < 0 { number.checked_add_unsigned(len as u64)? } else { number };
    usize::try_from(place).ok().filter(|place| *place < len)
}

fn bounded(path: &Pointer, value: Value) -> Result<Value, DoesNotApply> {
    if path.0.len() + depth(&value) > MAX_DEPTH { Err(DoesNotApply) } else { Ok(value) }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// About how many bytes of JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 4,
        Value::String(text) => text.len() + 2,
        Value::Array(elements) => elements.iter().map(|element| size(element) + 1).sum::<usize>() + 2,
        Value::Object(members) => members.iter().map(|(name, member)| name.len() + size(member) + 4).sum::<usize>() + 2,
    }
}

fn wrong(found: &Value, into: &str) -> NotAPatch {
    NotAPatch::Type { found: go_sort(found), into: into.to_owned() }
}

/// What Go's JSON calls such a value.
pub(crate) fn go_sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
