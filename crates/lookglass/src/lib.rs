#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[doc(inline)]
pub use lookglass_cache as cache;
#[doc(inline)]
pub use lookglass_object as object;
#[doc(inline)]
pub use lookglass_workqueue as workqueue;
