//! How long to wait for what: [`Timeouts`].

use std::time::Duration;

/// How long to wait for what.
///
/// Defaults, client-go's unless said otherwise:
///
/// * `connect`: 30 s; `handshake`: 10 s;
/// * `request`: none. It is for short requests, from the first byte sent to the last one read, and never for a watch or a followed log;
/// * `idle`: 90 s, after which an unused connection is closed;
/// * `ping_after`: 30 s without a byte, `ping`: 15 s for the answer, after which an HTTP/2 connection is given up;
/// * `exec`: 5 min for a credential plugin, long enough for a person in a browser (client-go waits forever).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To have a TCP connection.
    pub connect: Duration,
    /// To agree on TLS.
    pub handshake: Duration,
    /// For a whole short request.
    pub request: Option<Duration>,
    /// Until an unused connection is closed.
    pub idle: Duration,
    /// Of silence, until an HTTP/2 connection is asked whether it is alive.
    pub ping_after: Duration,
    /// For the answer to that.
    pub ping: Duration,
    /// For one run of a credential plugin.
    pub exec: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            handshake: Duration::from_secs(10),
            request: None,
            idle: Duration::from_secs(90),
            ping_after: Duration::from_secs(30),
            ping: Duration::from_secs(15),
            exec: Duration::from_secs(300),
        }
    }
}
