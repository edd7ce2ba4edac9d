//! Documents that depend on the catalog alone, kept with it: [`Kept`].

use std::{fmt, sync::OnceLock};

use super::{aggregated::Aggregated, openapi::Specs};
use crate::Catalog;

/// What has been made of a catalog; empty until somebody asks.
#[derive(Default)]
pub(crate) struct Kept {
    core: OnceLock<Aggregated>,
    groups: OnceLock<Aggregated>,
    specs: OnceLock<Specs>,
}

impl Kept {
    pub(super) fn core(&self, catalog: &Catalog) -> &Aggregated {
        self.core.get_or_init(|| Aggregated::new(catalog, true))
    }

    pub(super) fn groups(&self, catalog: &Catalog) -> &Aggregated {
        self.groups.get_or_init(|| Aggregated::new(catalog, false))
    }

    pub(super) fn specs(&self, catalog: &Catalog) -> &Specs {
        self.specs.get_or_init(|| Specs::new(catalog))
    }
}

impl fmt::Debug for Kept {
    /// Whoever looks at a catalog does not want megabytes of documents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}
