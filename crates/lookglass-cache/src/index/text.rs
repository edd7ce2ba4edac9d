//! Asking an index over text without knowing which text type it is over.

use std::any::Any;
use std::borrow::Borrow;
use std::sync::Arc;

use super::data::IndexData;
use crate::bounds::{IndexValue, StoreValue};

pub(super) fn members<'a, V: StoreValue, I: IndexValue>(index: &'a IndexData<V, I>, value: &str) -> Option<&'a [u32]> {
    fn of<'a, V: StoreValue, T: IndexValue + Borrow<str>>(index: &'a dyn Any, value: &str) -> Option<&'a [u32]> {
        index.downcast_ref::<IndexData<V, T>>().map(|index| index.members(value))
    }
    of::<V, String>(index, value)
        .or_else(|| of::<V, Arc<str>>(index, value))
        .or_else(|| of::<V, Box<str>>(index, value))
        .or_else(|| of::<V, &'static str>(index, value))
}

pub(super) fn values<V: StoreValue, I: IndexValue>(index: &IndexData<V, I>) -> Option<Vec<String>> {
    fn of<V: StoreValue, T: IndexValue + Borrow<str>>(index: &dyn Any) -> Option<Vec<String>> {
        index
            .downcast_ref::<IndexData<V, T>>()
            .map(|index| index.values().map(|text| text.borrow().to_owned()).collect())
    }
    of::<V, String>(index)
        .or_else(|| of::<V, Arc<str>>(index))
        .or_else(|| of::<V, Box<str>>(index))
        .or_else(|| of::<V, &'static str>(index))
}
