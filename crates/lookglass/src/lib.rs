#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "apiserver")]
#[doc(inline)]
pub use lookglass_apiserver as apiserver;
#[doc(inline)]
pub use lookglass_cache as cache;
#[doc(inline)]
pub use lookglass_object as object;
#[cfg(feature = "apiserver")]
#[doc(inline)]
pub use lookglass_protocol as protocol;
#[doc(inline)]
pub use lookglass_workqueue as workqueue;
