//! The URL of a server, whose scheme may be left open: [`Server`].

use std::fmt;

use http::{
    Uri,
    uri::{Authority, Parts, PathAndQuery, Scheme},
};

use super::ConfigError;

/// Where a server is. Without a scheme it depends on the rest of the config which one it is.
#[derive(Clone)]
pub(super) struct Server {
    scheme: Option<Scheme>,
    authority: Authority,
    base: PathAndQuery,
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, ConfigError> {
        let refuse = |problem: &str| ConfigError::value("server", url, problem);
        let (scheme, rest) = match url.trim().split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(Scheme::HTTPS), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(Scheme::HTTP), rest),
            Some(_) => return Err(refuse("its scheme is neither http nor https")),
            None => (None, url.trim()),
        };
        let whole: Uri = format!("https://{rest}").parse().map_err(|_| refuse("it is not scheme://host:port/path"))?;
        let Some(authority) = whole.authority().filter(|authority| !authority.host().is_empty()) else {
            return Err(refuse("it names no host"));
        };
        if authority.as_str().contains('@') {
            return Err(refuse("it holds a user or a password, which belong into the user's entry"));
        }
        let base = whole.path().trim_end_matches('/');
        let base = if base.is_empty() { "/" } else { base };
        // What was a path of a valid URI is one still without the slashes at its end.
        let base = base.parse().map_err(|_| refuse("its path is none"))?;
        Ok(Self { scheme, authority: authority.clone(), base })
    }

    pub(super) fn uri(&self, has_tls_settings: bool) -> Uri {
        let open = if has_tls_settings { Scheme::HTTPS } else { Scheme::HTTP };
        let mut parts = Parts::default();
        parts.scheme = Some(self.scheme.clone().unwrap_or(open));
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(self.base.clone());
        // A scheme, an authority and a path are always a URI; the default is never taken.
        Uri::from_parts(parts).unwrap_or_default()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        write!(f, "{}{}", self.authority, self.base)
    }
}
