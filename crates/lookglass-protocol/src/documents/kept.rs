//! Documents that depend on the catalog alone, kept with it: [`Kept`].

use std::sync::OnceLock;

use super::{aggregated::Aggregated, openapi::Specs};
use crate::Catalog;

/// What has been made of a catalog; empty until somebody asks.
#[derive(Debug, Default)]
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
