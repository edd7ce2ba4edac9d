//! The text of continue tokens.

use std::mem;

use base64::{DecodeError, Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lookglass_object::Status;

use crate::{
    body::{GoStruct, check, text},
    params::Continue,
};

const VERSION: &str = "meta.k8s.io/v1";

/// The token is base64 of `{"v":"meta.k8s.io/v1","rv":219,"start":"/c2\u0000"}`, as the real server writes it; clients must not look into
/// it, but tools do. A version of -1 stands for one that expired.
///
/// ```
/// use lookglass_protocol::params::Continue;
///
/// let next = Continue::new(Some(219), "c2\0");
/// let token = next.encode();
/// assert_eq!(token, "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE5LCJzdGFydCI6Ii9jMlx1MDAwMCJ9");
/// assert_eq!(Continue::decode(&token)?, next);
/// # Ok::<(), lookglass_object::Status>(())
/// ```
impl Continue {
    /// The token.
    #[must_use]
    pub fn encode(&self) -> String {
        let version = self.version.map_or_else(|| "-1".to_owned(), |version| version.to_string());
        let start = text(&format!("/{}", self.start));
        URL_SAFE_NO_PAD.encode(format!(r#"{{"v":"{VERSION}","rv":{version},"start":{start}}}"#))
    }

    /// Reads a token.
    ///
    /// # Errors
    ///
    /// 400: it is none, of another version, or its start leads out of what is listed.
    pub fn decode(token: &str) -> Result<Self, Status> {
        read(token)
            .map_err(|why| Status::bad_request(format!("invalid continue token: continue key is not valid: {why}")))
    }
}

const TOKEN: GoStruct = GoStruct { name: "continueToken", whole: "storage.continueToken" };

fn read(token: &str) -> Result<Continue, String> {
    let data = decode_base64(token)?;
    let (mut kind, mut version, mut start) = (String::new(), 0, String::new());
    TOKEN.members(&check(&data)?, |name, reader| {
        match name {
            "v" => kind = TOKEN.string(name, reader)?.unwrap_or_else(|| mem::take(&mut kind)),
            "rv" => version = TOKEN.int(name, reader)?.unwrap_or(version),
            "start" => start = TOKEN.string(name, reader)?.unwrap_or_else(|| mem::take(&mut start)),
            _ => {}
        }
        Ok(())
    })?;
    if kind != VERSION {
        return Err(format!("server does not recognize this encoded version {kind}"));
    }
    if version == 0 {
        return Err(format!("incorrect encoded start resourceVersion (version {VERSION})"));
    }
    if start.is_empty() {
        return Err(format!("encoded start key empty (version {VERSION})"));
    }
    let relative = start.strip_prefix('/').unwrap_or(&start);
    // A clean path leads nowhere but down.
    let is_clean = relative.is_empty() || relative.split('/').all(|segment| !matches!(segment, "" | "." | ".."));
    if !is_clean {
        return Err(start);
    }
    Ok(Continue::new(u64::try_from(version).ok(), relative))
}

/// Go's decoder, which passes over line ends, and its words.
fn decode_base64(token: &str) -> Result<Vec<u8>, String> {
    let clean: String = token.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    URL_SAFE_NO_PAD.decode(&clean).map_err(|error| {
        let at = match error {
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. } => at,
            _ => clean.len(),
        };
        format!("illegal base64 data at input byte {at}")
    })
}
