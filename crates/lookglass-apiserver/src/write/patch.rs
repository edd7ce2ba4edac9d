//! Patches of objects.

use lookglass_object::{Reason, Status, StatusCause, StatusDetails};
use lookglass_protocol::{
    Answer, Content, Patch, Resource, Target,
    body::json_text,
    params::{FieldValidation, WriteParams},
};
use serde_json::Value;

use super::{
    Writer, body,
    json_patch::{JsonPatch, NotAPatch, go_sort},
    merge_patch,
    strategy::Door,
    tree::Tree,
    update::{Change, Outcome, check_name},
    validate,
};

/// A patch that has been read, and can be applied to one state after another.
pub(super) enum Patcher {
    Json(JsonPatch),
    Merge(Value),
}

impl Patcher {
    /// Reads a patch of one of the kinds that this server knows.
    pub(super) fn read(patch: Patch) -> Result<Self, Status> {
        match patch {
            Patch::Json(bytes) => JsonPatch::read(parse(&bytes)?).map(Self::Json).map_err(|error| match error {
                NotAPatch::TooMany(_) => Status::request_entity_too_large(error),
                error => undecodable(error),
            }),
            Patch::Merge(bytes) => match parse(&bytes)? {
                // Go reads null into a map as no map, which changes nothing.
                Value::Null => Ok(Self::Merge(Value::Object(Tree::new()))),
                patch @ Value::Object(_) => Ok(Self::Merge(patch)),
                other => {
                    let found = go_sort(&other);
                    let why = format!("json: cannot unmarshal {found} into Go value of type map[string]interface {{}}");
                    Err(undecodable(why))
                }
            },
            Patch::Strategic(_) | Patch::Apply(_) => {
                Err(Status::failure(Reason::UnsupportedMediaType, "415: Unsupported Media Type")
                    .with_details(no_details()))
            }
        }
    }

    /// What it makes of an object.
    pub(super) fn apply(&self, old: &Tree) -> Result<Value, Status> {
        let mut patched = Value::Object(old.clone());
        match self {
            Self::Json(patch) => patch.apply(&mut patched).map_err(|_| does_not_apply())?,
            Self::Merge(patch) => merge_patch::merge(&mut patched, patch),
        }
        Ok(patched)
    }
}

impl Writer {
    /// Patches an object or its status.
    pub(super) fn patch(&self, target: &Target, patch: Patch, params: &WriteParams) -> Result<Answer, Status> {
        let patcher = Patcher::read(patch)?;
        let door = Door::of(target.subresource.as_deref());
        let change = Change { target, door, uid: None, dry_run: params.dry_run };
        let mut warnings = Vec::new();
        let outcome = self.change(&change, |old| {
            // Nothing is there to be patched; patches do not create.
            let Some(old) = old else {
                return Err(Status::not_found(&target.resource.gvr, target.name.as_deref().unwrap_or_default()));
            };
            let read = patched(&target.resource, &patcher.apply(old)?, params.field_validation)?;
            warnings = read.warnings;
            check_name(target, &read.tree)?;
            Ok(read.tree)
        })?;
        let (Outcome::Updated(object) | Outcome::Created(object)) = outcome;
        Ok(Answer::new(200, Content::Object(object)).with_warnings(warnings))
    }
}

/// Reads the outcome of a patch as an object. What cannot be read is the patch's fault.
pub(super) fn patched(resource: &Resource, patched: &Value, validation: FieldValidation) -> Result<body::Read, Status> {
    body::read_patched(resource, patched, validation).map_err(|why| {
        let cause = validate::invalid("patch", &patched.to_string().into(), &why);
        unnamed(vec![cause])
    })
}

fn unnamed(causes: Vec<StatusCause>) -> Status {
    let text: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
    let mut details = no_details();
    details.causes = causes;
    Status::failure(Reason::Invalid, format!(" \"\" is invalid: {}", text.join(", "))).with_details(details)
}

fn parse(bytes: &[u8]) -> Result<Value, Status> {
    let text = json_text(bytes).map_err(undecodable)?;
    serde_json::from_str(&text).map_err(undecodable)
}

fn undecodable(why: impl std::fmt::Display) -> Status {
    Status::bad_request(format!("error decoding patch: {why}"))
}

fn does_not_apply() -> Status {
    Status::failure(Reason::Invalid, "the server rejected our request due to an error in our request")
        .with_details(no_details())
}

fn no_details() -> StatusDetails {
    StatusDetails::default()
}
