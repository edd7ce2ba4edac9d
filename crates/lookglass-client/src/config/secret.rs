//! What must not be printed: [`Secret`], and what need not be: [`Pem`].

use std::{fmt, path::PathBuf, sync::Arc};

use serde_json::Value;

use super::error::without_login;

/// A text that `Debug` does not show.
///
/// ```
/// # use lookglass_client::Secret;
/// assert_eq!(format!("{:?}", Secret::from("s3cr3t")), "[secret]");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(Arc<str>);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Certificates or a key in PEM, or where they are. A file is read again when it changes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "here, or elsewhere")]
pub enum Pem {
    /// Here.
    Inline(Arc<[u8]>),
    /// In this file.
    File(PathBuf),
}

impl Pem {
    /// PEM that is at hand.
    #[must_use]
    pub fn inline(pem: impl AsRef<[u8]>) -> Self {
        Self::Inline(pem.as_ref().into())
    }

    /// PEM in a file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File(path.into())
    }

    /// Whether a content may be PEM at all.
    pub(crate) fn is_in(content: &[u8]) -> bool {
        memchr::memmem::find(content, b"-----BEGIN ").is_some()
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(pem) => write!(f, "[{} bytes]", pem.len()),
            Self::File(path) => path.fmt(f),
        }
    }
}

/// What may hold secrets without our knowing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hidden(pub(crate) Value);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// A URL as somebody wrote it, which may hold a password where none belongs.
#[derive(Clone, Default)]
pub(super) struct Url(String);

impl Url {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Url {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl From<String> for Url {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_login(&self.0))
    }
}
