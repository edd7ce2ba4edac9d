//! One codec for each built-in kind.

use super::Codec;
use crate::builtin::{for_each_object_kind, for_each_other_kind};

/// One codec per kind of the chosen k8s-openapi version.
pub(super) fn all() -> Vec<Codec> {
    let mut all = Vec::new();
    macro_rules! add {
        ($all:ident $($module:ident)::+: $($kind:ident),+) => {{
            use k8s_openapi::$($module)::+ as kinds;
            $all.extend([$(Codec::of::<kinds::$kind>()),+]);
        }};
    }
    for_each_object_kind!(add, all);
    for_each_other_kind!(add, all);
    all
}
