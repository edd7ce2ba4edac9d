//! A proxy on the way to the server: [`Proxy`].

use std::{fmt, str::FromStr};

use http::{Uri, uri::Authority};

use super::{ConfigError, Secret};

/// A proxy on the way to the server.
///
/// ```
/// # use lookglass_client::{Proxy, ProxyKind};
/// let proxy: Proxy = "socks5://me:s3cr3t@gate.example.com:1080".parse()?;
/// assert_eq!((proxy.kind(), proxy.host(), proxy.port()), (ProxyKind::Socks5, "gate.example.com", 1080));
/// assert!(!format!("{proxy:?} {proxy}").contains("s3cr3t"));
/// # Ok::<(), lookglass_client::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    kind: ProxyKind,
    authority: Authority,
    login: Option<(String, Secret)>,
    /// As it was given.
    url: Secret,
}

/// How one speaks to a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyKind {
    /// HTTP: `CONNECT` for a server with TLS, whole URLs for one without.
    Http,
    /// The same, over TLS to the proxy.
    Https,
    /// SOCKS 5; the proxy looks up the server's name.
    Socks5,
}

impl Proxy {
    /// How one speaks to it.
    #[must_use]
    pub fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Its name or address; an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    /// Its port, or the kind's own: 80, 443, 1080.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(match self.kind {
            ProxyKind::Http => 80,
            ProxyKind::Https => 443,
            ProxyKind::Socks5 => 1080,
        })
    }

    pub(crate) fn url(&self) -> &Secret {
        &self.url
    }

    /// The user and the password that it wants.
    #[must_use]
    pub fn login(&self) -> Option<(&str, &Secret)> {
        self.login.as_ref().map(|(user, password)| (user.as_str(), password))
    }
}

impl FromStr for Proxy {
    type Err = ConfigError;

    fn from_str(url: &str) -> Result<Self, ConfigError> {
        let refuse = |problem| ConfigError::value("proxy-url", url, problem);
        let (scheme, rest) = url.trim().split_once("://").ok_or_else(|| refuse("it has no scheme"))?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyKind::Http,
            "https" => ProxyKind::Https,
            // `h` asks that the proxy looks up names, which is always so here.
            "socks5" | "socks5h" => ProxyKind::Socks5,
            _ => return Err(refuse("its scheme is not http, https or socks5")),
        };
        let whole: Uri = format!("http://{rest}").parse().map_err(|_| refuse("it is not scheme://host:port"))?;
        let named = whole.authority().filter(|authority| !authority.host().is_empty());
        let named = named.ok_or_else(|| refuse("it names no host"))?;
        let (login, place) = match named.as_str().rsplit_once('@') {
            Some((login, place)) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                (Some((decoded(user), Secret::from(decoded(password)))), place)
            }
            None => (None, named.as_str()),
        };
        let authority = place.parse().map_err(|_| refuse("it is not scheme://host:port"))?;
        Ok(Self { kind, authority, login, url: url.trim().into() })
    }
}

/// With `%XX` read. What is no such escape stays as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                out.push(high << 4 | low);
                rest = &tail[2..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    // A digit of base 16 is below 256.
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks5 => "socks5",
        };
        let login = if self.login.is_some() { "[secret]@" } else { "" };
        write!(f, "{scheme}://{login}{}", self.authority)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
