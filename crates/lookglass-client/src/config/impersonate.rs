//! Acting as somebody else: [`Impersonate`].

use std::{collections::BTreeMap, fmt::Write as _};

use http::{HeaderName, HeaderValue};

use super::ConfigError;

/// As whom to act.
///
/// ```
/// # use lookglass_client::Impersonate;
/// let jane = Impersonate::user("jane").group("admins").extra("example.com/reason", "drill");
/// assert_eq!(jane.headers()?.len(), 3);
/// # Ok::<(), lookglass_client::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Impersonate {
    pub(super) user: String,
    pub(super) uid: Option<String>,
    pub(super) groups: Vec<String>,
    pub(super) extra: BTreeMap<String, Vec<String>>,
}

impl Impersonate {
    /// As this user.
    #[must_use]
    pub fn user(name: impl Into<String>) -> Self {
        Self { user: name.into(), ..Self::default() }
    }

    /// With this unique id.
    #[must_use]
    pub fn uid(self, uid: impl Into<String>) -> Self {
        Self { uid: Some(uid.into()), ..self }
    }

    /// And as a member of this group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.groups.push(group.into());
        self
    }

    /// And with this value under this key of the user's extra information.
    #[must_use]
    pub fn extra(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.entry(key.into()).or_default().push(value.into());
        self
    }

    /// The headers that say so, in the order in which they are sent. Values that are not text of the header's kind are an error here, and not at the first request.
    ///
    /// # Errors
    ///
    /// A name holds a control character.
    pub fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, ConfigError> {
        let mut headers = vec![(HeaderName::from_static("impersonate-user"), value("user", &self.user)?)];
        if let Some(uid) = &self.uid {
            headers.push((HeaderName::from_static("impersonate-uid"), value("uid", uid)?));
        }
        for group in &self.groups {
            headers.push((HeaderName::from_static("impersonate-group"), value("group", group)?));
        }
        for (key, values) in &self.extra {
            let name = HeaderName::try_from(format!("impersonate-extra-{}", escaped(key)))
                .map_err(|_| ConfigError::value("impersonation", key, "no header can carry its key"))?;
            for text in values {
                headers.push((name.clone(), value(key, text)?));
            }
        }
        Ok(headers)
    }
}

fn value(what: &str, text: &str) -> Result<HeaderValue, ConfigError> {
    HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| ConfigError::value("impersonation", what, "no header can carry its value"))
}

/// Percent signs, and whatever a header's name cannot hold, become `%XX`. Upper case is lost on the way in any case, since names of headers have none.
fn escaped(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~' if byte != b'%' => {
                out.push(char::from(byte));
            }
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte.to_ascii_lowercase())),
            // Writing to a string does not fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}
