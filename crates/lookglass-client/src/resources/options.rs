//! How something is written or deleted: [`WriteOptions`], [`Apply`], [`DeleteOptions`].

use std::time::Duration;

use lookglass_object::{Object, ResourceVersion, Uid};
use serde::Serialize;

use crate::list_watch::options::Query;

/// How objects are written. Defaults:
///
/// * [`dry_run`](Self::dry_run): no, it is done;
/// * [`field_manager`](Self::field_manager): none said, so that the server takes the first word of the user agent;
/// * [`field_validation`](Self::field_validation): the server's, which warns.
///
/// A [handle](super::Resources::write_options) has them, so that they are said once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Whether everything is checked and answered, and nothing kept.
    pub dry_run: bool,
    /// Who owns the fields that are written.
    pub field_manager: Option<String>,
    /// What becomes of fields that the server does not know.
    pub field_validation: Option<FieldValidation>,
}

impl WriteOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether everything is checked and answered, and nothing kept.
    #[must_use]
    pub fn dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// Who owns the fields that are written.
    #[must_use]
    pub fn field_manager(self, manager: impl Into<String>) -> Self {
        Self { field_manager: Some(manager.into()), ..self }
    }

    /// What becomes of fields that the server does not know.
    #[must_use]
    pub fn field_validation(self, validation: FieldValidation) -> Self {
        Self { field_validation: Some(validation), ..self }
    }

    pub(crate) fn query(&self, query: &mut Query) {
        if self.dry_run {
            query.add("dryRun", "All");
        }
        if let Some(manager) = &self.field_manager {
            query.add("fieldManager", manager);
        }
        if let Some(validation) = self.field_validation {
            query.add("fieldValidation", validation.name());
        }
    }
}

/// What becomes of fields that the server does not know, or that come twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what the protocol can say")]
pub enum FieldValidation {
    /// They are dropped, and nothing is said.
    Ignore,
    /// They are dropped, with a warning each: the server's default.
    Warn,
    /// The request is refused.
    Strict,
}

impl FieldValidation {
    fn name(self) -> &'static str {
        match self {
            Self::Ignore => "Ignore",
            Self::Warn => "Warn",
            Self::Strict => "Strict",
        }
    }
}

/// Who applies, and whether against others: the options of server-side apply. Made of the manager's name where nothing else is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Apply {
    /// Who owns the applied fields from now on. It must not be empty.
    pub field_manager: String,
    /// Whether fields are taken from managers who say otherwise; a conflict if not. Controllers force, people look first.
    pub force: bool,
}

impl Apply {
    /// Applied by this manager, with conflicts told.
    #[must_use]
    pub fn by(field_manager: impl Into<String>) -> Self {
        Self { field_manager: field_manager.into(), force: false }
    }

    /// Against whoever owns the fields.
    #[must_use]
    pub fn force(self) -> Self {
        Self { force: true, ..self }
    }
}

impl From<&str> for Apply {
    fn from(field_manager: &str) -> Self {
        Self::by(field_manager)
    }
}

impl From<String> for Apply {
    fn from(field_manager: String) -> Self {
        Self::by(field_manager)
    }
}

/// How something is deleted. Defaults:
///
/// * [`grace_period`](Self::grace_period): the object's own, thirty seconds for most pods;
/// * [`propagation`](Self::propagation): the kind's own, [`Propagation::Background`] for nearly all;
/// * [`only_if_uid`](Self::only_if_uid), [`only_if_version`](Self::only_if_version): whatever life and state the object is in;
/// * [`dry_run`](Self::dry_run): no, unless the handle says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteOptions {
    /// How long the object may take to end; zero ends it at once.
    pub grace_period: Option<Duration>,
    /// What becomes of what the object owns.
    pub propagation: Option<Propagation>,
    /// Only this life of the object.
    pub uid: Option<Uid>,
    /// Only in this version.
    pub version: Option<ResourceVersion>,
    /// Whether everything is checked and answered, and nothing deleted.
    pub dry_run: bool,
}

impl DeleteOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the object may take to end, in whole seconds; zero ends it at once.
    #[must_use]
    pub fn grace_period(self, period: Duration) -> Self {
        Self { grace_period: Some(period), ..self }
    }

    /// What becomes of what the object owns.
    #[must_use]
    pub fn propagation(self, propagation: Propagation) -> Self {
        Self { propagation: Some(propagation), ..self }
    }

    /// Only this life of the object, not another of the same name. A conflict if it is another.
    #[must_use]
    pub fn only_if_uid(self, uid: &Uid) -> Self {
        Self { uid: Some(uid.clone()), ..self }
    }

    /// Only in this version. A conflict if it was changed.
    #[must_use]
    pub fn only_if_version(self, version: &ResourceVersion) -> Self {
        Self { version: Some(version.clone()), ..self }
    }

    /// Only if it is still what was seen: the same life in the same version.
    #[must_use]
    pub fn only_if_unchanged<K>(self, seen: &Object<K>) -> Self {
        self.only_if_uid(seen.uid()).only_if_version(seen.version())
    }

    /// Whether everything is checked and answered, and nothing deleted.
    #[must_use]
    pub fn dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// The body of a request; `api_version` is that of the group for an eviction, and `v1` otherwise.
    pub(crate) fn body(&self, dry_run: bool) -> DeleteBody {
        let (uid, version) = (self.uid.as_ref(), self.version.as_ref());
        let preconditions = (uid.is_some() || version.is_some()).then(|| Preconditions {
            uid: uid.map(ToString::to_string),
            resource_version: version.map(ToString::to_string),
        });
        DeleteBody {
            api_version: "v1",
            kind: "DeleteOptions",
            grace_period_seconds: self.grace_period.map(|period| period.as_secs()),
            preconditions,
            propagation_policy: self.propagation.map(Propagation::name),
            dry_run: if dry_run || self.dry_run { &["All"] } else { &[] },
        }
    }
}

/// What becomes of what a deleted object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what the protocol can say")]
pub enum Propagation {
    /// It stays, without an owner.
    Orphan,
    /// It goes after the object.
    Background,
    /// It goes before the object, which stays until then.
    Foreground,
}

impl Propagation {
    fn name(self) -> &'static str {
        match self {
            Self::Orphan => "Orphan",
            Self::Background => "Background",
            Self::Foreground => "Foreground",
        }
    }
}

/// `DeleteOptions` on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteBody {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_period_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preconditions: Option<Preconditions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    propagation_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    dry_run: &'static [&'static str],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Preconditions {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
}
