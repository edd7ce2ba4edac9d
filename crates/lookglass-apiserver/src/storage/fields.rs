//! The fields that field selectors name, read from an object's bytes: [`Field`].

use std::borrow::Cow;

use lookglass_object::{
    Gvr,
    json::{JsonError, Reader, Sort},
};
use lookglass_protocol::Stored;

/// Where the value of a field selector's field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// The name.
    Name,
    /// The namespace.
    Namespace,
    /// The first of these paths that leads to a value which is not empty; else `missing`, as Go writes the zero of the field's type.
    Json { paths: Vec<Box<str>>, missing: &'static str },
    /// Always empty: Kubernetes allows `status.podIPs` and never sets it.
    Never,
}

impl Field {
    /// The field of a resource that a selector calls `label`. Most labels are the path; these are those that are not, or whose zero is not
    /// the empty text.
    pub(super) fn of(resource: &Gvr, label: &str) -> Self {
        let at =
            |paths: &[&str], missing| Self::Json { paths: paths.iter().map(|path| (*path).into()).collect(), missing };
        match (resource.group(), resource.resource(), label) {
            (_, _, "metadata.name") => Self::Name,
            (_, _, "metadata.namespace") => Self::Namespace,
            ("", "pods", "spec.hostNetwork") => at(&[label], "false"),
            ("", "pods", "status.podIP") => at(&[label, "status.podIPs.0.ip"], ""),
            ("", "pods", "status.podIPs") => Self::Never,
            ("", "nodes", "spec.unschedulable") => at(&[label], "false"),
            ("", "events", "source") => at(&["source.component", "reportingComponent"], ""),
            ("", "replicationcontrollers", "status.replicas") => at(&[label], "0"),
            ("batch", "jobs", "status.successful") => at(&["status.succeeded"], "0"),
            _ => at(&[label], ""),
        }
    }

    /// Its value in an object.
    pub(super) fn value<'o>(&self, object: &'o Stored) -> Cow<'o, str> {
        match self {
            Self::Name => object.key().name().into(),
            Self::Namespace => object.key().namespace().unwrap_or_default().into(),
            Self::Never => "".into(),
            Self::Json { paths, missing } => {
                let mut found = paths.iter().filter_map(|path| scalar(object.as_bytes(), path).ok().flatten());
                found.find(|value| !value.is_empty()).unwrap_or_else(|| (*missing).into())
            }
        }
    }
}

/// The string, number or boolean at a path, as text.
fn scalar<'j>(json: &'j [u8], path: &str) -> Result<Option<Cow<'j, str>>, JsonError> {
    let mut reader = Reader::from_bytes(json)?;
    for step in path.split('.') {
        let found = match reader.peek()? {
            Sort::Object => member(&mut reader, step)?,
            Sort::Array => element(&mut reader, step)?,
            _ => false,
        };
        if !found {
            return Ok(None);
        }
    }
    Ok(match reader.peek()? {
        Sort::String => Some(reader.string()?.decode()?),
        Sort::Number | Sort::Bool => {
            let place = reader.skip()?;
            Some(reader.text(place).into())
        }
        Sort::Null | Sort::Array | Sort::Object => None,
    })
}

/// Goes to the value of a member. What is stored names no member twice.
fn member(reader: &mut Reader<'_>, name: &str) -> Result<bool, JsonError> {
    reader.object()?;
    while let Some(found) = reader.member()? {
        if found.is(name) {
            return Ok(true);
        }
        reader.step_over()?;
    }
    Ok(false)
}

fn element(reader: &mut Reader<'_>, index: &str) -> Result<bool, JsonError> {
    let Ok(index) = index.parse::<usize>() else { return Ok(false) };
    reader.array()?;
    for _ in 0..index {
        if !reader.element()? {
            return Ok(false);
        }
        reader.step_over()?;
    }
    reader.element()
}
