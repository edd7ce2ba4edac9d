//! The chapters of the tour, in their order.

pub(crate) mod clients;
pub(crate) mod freshness;
pub(crate) mod handlers;
pub(crate) mod lag;
pub(crate) mod list_watch;
pub(crate) mod memory;
pub(crate) mod queries;
