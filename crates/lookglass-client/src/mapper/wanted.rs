//! What is looked for.

use std::fmt;

use lookglass_object::{Gvk, Gvr};

use super::{
    Mapping, NoMapping,
    find::{self, Miss},
    similar::similar,
};
use crate::{Apis, Failure};

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    Kind(&'a Gvk),
    Resource(&'a Gvr),
    /// As somebody wrote it.
    Name(&'a str),
}

impl Wanted<'_> {
    pub(super) fn find_in(self, apis: &Apis) -> Result<Mapping, Miss> {
        match self {
            Self::Kind(kind) => find::by_kind(apis, kind),
            Self::Resource(resource) => find::by_resource(apis, resource),
            Self::Name(name) => find::by_name(apis, name),
        }
    }

    /// What to tell of it.
    pub(super) fn explain(self, apis: &Apis, miss: Miss) -> NoMapping {
        let wanted = self.to_string();
        match miss {
            Miss::Ambiguous(candidates) => NoMapping::Ambiguous { wanted, candidates },
            Miss::Unknown => NoMapping::Unknown {
                wanted,
                similar: similar(apis, self.word()),
                unasked: apis.failures().iter().map(Failure::group_version).cloned().collect(),
            },
        }
    }

    /// The name alone.
    fn word(&self) -> &str {
        match self {
            Self::Kind(kind) => kind.kind(),
            Self::Resource(resource) => resource.resource(),
            Self::Name(name) => name.split('.').next().unwrap_or_default(),
        }
    }
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(f),
            Self::Resource(resource) => resource.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}
