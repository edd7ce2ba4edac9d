//! The text of continue tokens.

use std::mem;

use base64::{
    Engine as _, alphabet,
    engine::general_purpose::{GeneralPurpose, NO_PAD},
};
use lookglass_object::Status;

use crate::{
    body::{GoStruct, check, go_text},
    canonical::Base64,
    params::Continue,
};

/// As lax as Go's with the bits behind the last byte.
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));
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
        let start = go_text(&format!("/{}", self.start));
        BASE64.encode(format!(r#"{{"v":"{VERSION}","rv":{version},"start":{start}}}"#))
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
    BASE64.decode(&clean).map_err(|error| Base64::RawUrl.words(token).unwrap_or_else(|| error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(json: &str) -> String {
        BASE64.encode(json)
    }

    fn refused(token: &str) -> String {
        let status = Continue::decode(token).expect_err(token);
        assert_eq!(status.code(), 400);
        let message = status.message().strip_prefix("invalid continue token: continue key is not valid: ");
        message.expect("the real server's words").to_owned()
    }

    /// The real server also writes tokens whose start has no slash in front, and tells an expired one by -1.
    #[test]
    fn tokens_of_the_real_server_are_read() {
        let read = |json: &str| Continue::decode(&token(json)).expect(json);
        assert_eq!(read(r#"{"v":"meta.k8s.io/v1","rv":1,"start":"w1/c2\u0000"}"#), Continue::new(Some(1), "w1/c2\0"));
        assert_eq!(read(r#"{"v":"meta.k8s.io/v1","rv":-1,"start":"/c2\u0000"}"#), Continue::new(None, "c2\0"));
        assert_eq!(Continue::decode(&Continue::new(None, "c2\0").encode()), Ok(Continue::new(None, "c2\0")));
    }

    #[test]
    fn what_is_no_token_is_refused_in_the_real_words() {
        assert_eq!(refused("garbage"), "invalid character '\\u0081' looking for beginning of value");
        assert_eq!(refused("a!b"), "illegal base64 data at input byte 1");
        assert_eq!(refused(""), "unexpected end of JSON input");
        for (json, wanted) in [
            (
                r#"{"v":"meta.k8s.io/v2","rv":5,"start":"a"}"#,
                "server does not recognize this encoded version meta.k8s.io/v2",
            ),
            ("null", "server does not recognize this encoded version "),
            (
                r#"{"v":"meta.k8s.io/v1","rv":0,"start":"a"}"#,
                "incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
            ),
            (r#"{"v":"meta.k8s.io/v1","rv":5}"#, "encoded start key empty (version meta.k8s.io/v1)"),
            (r#"{"v":"meta.k8s.io/v1","rv":5,"start":"/../a"}"#, "/../a"),
            (r#"{"v":"meta.k8s.io/v1","rv":5,"start":"a//b"}"#, "a//b"),
            (r#"{"rv":"5"}"#, "json: cannot unmarshal string into Go struct field continueToken.rv of type int64"),
            (r#"{"rv":1.5}"#, "json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64"),
            ("[]", "json: cannot unmarshal array into Go value of type storage.continueToken"),
        ] {
            assert_eq!(refused(&token(json)), wanted, "{json}");
        }
    }

    proptest! {
        #[test]
        fn tokens_are_read_back(version in prop::option::of(1..u64::MAX / 2), start in "[a-z0-9.-]{1,9}(/[a-z<&]{1,9})?\0?") {
            prop_assume!(!start.split('/').any(|segment| matches!(segment, "." | "..")));
            let next = Continue::new(version, start);
            prop_assert_eq!(Continue::decode(&next.encode()), Ok(next));
        }

        #[test]
        fn any_text_is_a_token_or_refused(text in ".{0,60}", json in "[{}\\[\\]\"a-z0-9:,/.\\\\-]{0,40}") {
            for token in [text, token(&json)] {
                if let Ok(next) = Continue::decode(&token) {
                    prop_assert!(next.version != Some(0) && !next.start.split('/').any(|segment| segment == ".."));
                }
            }
        }
    }
}
