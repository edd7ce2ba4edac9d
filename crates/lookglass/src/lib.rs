#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
#[cfg(all(feature = "apiserver", feature = "client"))]
mod in_process;
#[cfg(feature = "informer")]
pub mod manual;
pub mod prelude;

pub use error::{Error, Result};

#[cfg(all(feature = "apiserver", feature = "client"))]
pub use in_process::InProcess;
#[cfg(feature = "apiserver")]
#[doc(inline)]
pub use lookglass_apiserver as apiserver;
#[doc(inline)]
pub use lookglass_cache as cache;
#[cfg(feature = "client")]
#[doc(inline)]
pub use lookglass_client as client;
#[cfg(feature = "informer")]
#[doc(inline)]
pub use lookglass_informer as informer;
#[doc(inline)]
pub use lookglass_object as object;
#[cfg(feature = "apiserver")]
#[doc(inline)]
pub use lookglass_protocol as protocol;
#[doc(inline)]
pub use lookglass_workqueue as workqueue;

/// The program on the first page of the repository compiles.
#[cfg(all(doctest, feature = "informer"))]
#[doc = include_str!("../../../README.md")]
struct FirstPage;
