//! What a client sends, by its `Content-Type`.

use lookglass_object::{Reason, Status};

use super::{JSON, PROTOBUF, YAML};
use crate::Resource;

/// The encoding of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three encodings of Kubernetes that are on by default")]
pub enum BodyType {
    /// `application/json`; also if nothing is said.
    Json,
    /// `application/yaml`.
    Yaml,
    /// `application/vnd.kubernetes.protobuf`.
    Protobuf,
}

impl BodyType {
    /// By the `Content-Type` header, whose parameters are of no meaning.
    ///
    /// # Errors
    ///
    /// 415, with a list of what is read. `resource` is the one the body is an object of; custom ones have no protobuf. `None` is for
    /// bodies that are options.
    pub fn of(content_type: Option<&str>, resource: Option<&Resource>) -> Result<Self, Status> {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let custom = resource.is_some_and(Resource::is_custom);
        match media_type.to_ascii_lowercase().as_str() {
            _ if content_type.is_none_or(str::is_empty) => Ok(Self::Json),
            JSON => Ok(Self::Json),
            YAML => Ok(Self::Yaml),
            PROTOBUF if !custom => Ok(Self::Protobuf),
            _ if custom => Err(unsupported(&[JSON, YAML])),
            _ => Err(unsupported(&[JSON, YAML, PROTOBUF])),
        }
    }
}

/// The sort of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the four patches of Kubernetes")]
pub enum PatchType {
    /// `application/json-patch+json`.
    Json,
    /// `application/merge-patch+json`.
    Merge,
    /// `application/strategic-merge-patch+json`; built-in kinds only.
    Strategic,
    /// `application/apply-patch+yaml`.
    Apply,
}

impl PatchType {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json-patch+json",
            Self::Merge => "application/merge-patch+json",
            Self::Strategic => "application/strategic-merge-patch+json",
            Self::Apply => "application/apply-patch+yaml",
        }
    }

    /// By the `Content-Type` header, whose parameters are of no meaning.
    ///
    /// # Errors
    ///
    /// 415, in the words of whoever refuses it on a real server: the router for built-in kinds, the handler for custom ones.
    pub fn of(content_type: Option<&str>, resource: &Resource) -> Result<Self, Status> {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let custom = resource.is_custom();
        let known: &[Self] = if custom {
            &[Self::Json, Self::Merge, Self::Apply]
        } else {
            &[Self::Json, Self::Merge, Self::Strategic, Self::Apply]
        };
        if let Some(known) = known.iter().find(|known| known.media_type() == media_type) {
            return Ok(*known);
        }
        if custom {
            let types: Vec<&str> = known.iter().map(|known| known.media_type()).collect();
            return Err(unsupported(&types));
        }
        Err(Status::from_response(415, "", None, "", "415: Unsupported Media Type", 0, false))
    }
}

fn unsupported(types: &[&str]) -> Status {
    let types = types.join(", ");
    let message = format!("the body of the request was in an unknown format - accepted media types include: {types}");
    Status::failure(Reason::UnsupportedMediaType, message)
}
