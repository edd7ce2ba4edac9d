//! Making connections: [`Dialer`].

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::timeout,
};

use super::{Failure, Limits, count::Counted, proxy, tls::Tls};
use crate::{
    auth::{AuthError, Credentials, Material},
    config::{Config, Proxy, ProxyKind, Timeouts},
};

/// Bytes both ways.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Makes connections to one server.
pub(super) struct Dialer {
    host: String,
    port: u16,
    is_https: bool,
    /// What the certificate is to say.
    name: String,
    insecure: bool,
    proxy: Option<Proxy>,
    credentials: Credentials,
    /// HTTP/2 without having been told that the server speaks it.
    prior_knowledge: bool,
    tls: Mutex<Option<Made>>,
    pub(super) timeouts: Timeouts,
    pub(super) limits: Limits,
    pub(super) traffic: Arc<Traffic>,
}

/// TLS, and of which generation of the material it was made.
struct Made {
    tls: Tls,
    generation: u64,
    /// A later generation of which none could be made.
    useless: u64,
}

/// Bytes that went over all connections, TLS included.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) read: AtomicU64,
    pub(super) written: AtomicU64,
}

impl Traffic {
    pub(super) fn so_far(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed), self.written.load(Ordering::Relaxed))
    }
}

/// A connection on which nothing has been said yet.
pub(super) struct Connected {
    pub(super) io: Counted<Box<dyn Io>>,
    pub(super) is_http2: bool,
    /// Of the material that it was made with.
    pub(super) generation: u64,
}

/// A connection of HTTP/1.1 says nothing while it waits, so the system asks whether the other end lives, at the pace at which HTTP/2 pings.
const PROBES: u32 = 3;

/// How long a probe's answer is waited for.
const PROBE: Duration = Duration::from_secs(5);

/// As long as silence and probes together.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(45);

/// How long one address is tried before the next is tried as well: RFC 8305's.
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

impl Dialer {
    pub(super) fn new(config: &Config, credentials: Credentials, limits: Limits, prior_knowledge: bool) -> Self {
        let server = config.server();
        let is_https = config.is_https();
        let host = server.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        Self {
            name: config.server_name.clone().unwrap_or_else(|| host.clone()),
            host,
            port: server.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
            is_https,
            insecure: config.insecure,
            proxy: config.proxy.clone(),
            credentials,
            prior_knowledge,
            tls: Mutex::new(None),
            timeouts: config.timeouts,
            limits,
            traffic: Arc::default(),
        }
    }

    /// Where it leads, for errors.
    pub(super) fn server(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The generation of the material that connections are made with now.
    pub(super) async fn generation(&self) -> Result<u64, Failure> {
        if self.is_https { Ok(self.tls(self.credentials.material().await)?.1) } else { Ok(0) }
    }

    /// The same without running a credential plugin: for who only looks whether something changed.
    pub(super) async fn known_generation(&self) -> Result<u64, Failure> {
        match self.credentials.known_material().await {
            Some(material) if self.is_https => Ok(self.tls(material)?.1),
            _ => Ok(0),
        }
    }

    /// A connection. `only_http1`: to be upgraded to something else.
    pub(super) async fn connect(&self, only_http1: bool) -> Result<Connected, Failure> {
        let io = timeout(self.timeouts.connect, self.reach(only_http1)).await;
        let io = io.unwrap_or_else(|_| Err(Failure::unreachable(&self.server(), after(self.timeouts.connect))))?;
        let (io, is_http2, generation) = if self.is_https {
            let (tls, generation) = self.tls(self.credentials.material().await)?;
            let agreed = timeout(self.timeouts.handshake, tls.connect(io, &self.name, only_http1)).await;
            let agreed = agreed.unwrap_or_else(|_| Err(after(self.timeouts.handshake)));
            let (io, is_http2) = agreed.map_err(|error| Failure::of_handshake(&self.server(), &self.name, error))?;
            (io, is_http2, generation)
        } else {
            (io, self.prior_knowledge && !only_http1, 0)
        };
        Ok(Connected { io: Counted::new(io, Arc::clone(&self.traffic)), is_http2, generation })
    }

    /// TLS of the material of now; of the one before where that is of no use, since a certificate and its key are not replaced at one moment.
    fn tls(&self, material: Result<Material, AuthError>) -> Result<(Tls, u64), Failure> {
        let material = material.map_err(|error| Failure::Credentials(Arc::new(error)))?;
        let mut made = self.tls.lock();
        if let Some(made) = &*made
            && (made.generation == material.generation || made.useless == material.generation)
        {
            return Ok((made.tls.clone(), made.generation));
        }
        match Tls::new(&material, self.insecure) {
            Ok(tls) => {
                *made = Some(Made { tls: tls.clone(), generation: material.generation, useless: 0 });
                Ok((tls, material.generation))
            }
            Err(failure) => {
                let Some(made) = &mut *made else { return Err(failure) };
                made.useless = material.generation;
                let error: &dyn std::error::Error = &failure;
                tracing::warn!(error, "new certificates are of no use; the former stay in use");
                Ok((made.tls.clone(), made.generation))
            }
        }
    }

    /// The server itself, or a tunnel to it.
    async fn reach(&self, for_upgrade: bool) -> Result<Box<dyn Io>, Failure> {
        let Some(proxy) = &self.proxy else {
            let tcp = tcp(&self.host, self.port, for_upgrade).await;
            return Ok(Box::new(tcp.map_err(|error| Failure::unreachable(&self.server(), error))?));
        };
        let tcp = tcp(proxy.host(), proxy.port(), for_upgrade).await.map_err(|error| Failure::Proxy {
            proxy: proxy.to_string(),
            why: "cannot be reached".to_owned(),
            source: Some(Arc::new(error)),
        })?;
        let io: Box<dyn Io> = match proxy.kind() {
            ProxyKind::Https => {
                // Whom the cluster's authority vouches for says nothing of a proxy, so the machine's trust is asked.
                let machine = Material { generation: 0, ca: None, identity: None };
                let connected = Tls::new(&machine, false)?.connect(Box::new(tcp), proxy.host(), true).await;
                connected.map_err(|error| Failure::of_handshake(&proxy.to_string(), proxy.host(), error))?.0
            }
            _ => Box::new(tcp),
        };
        match proxy.kind() {
            ProxyKind::Socks5 => proxy::socks5(io, proxy, &self.host, self.port).await,
            _ => proxy::tunnel(io, proxy, &self.server()).await,
        }
    }
}

fn after(waited: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("nothing came within {waited:?}"))
}

/// Tries all addresses of a host, each with a head start before the next.
async fn tcp(host: &str, port: u16, for_upgrade: bool) -> io::Result<TcpStream> {
    let mut addresses = alternating(lookup_host((host, port)).await?.collect()).into_iter();
    let mut tries = JoinSet::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    loop {
        let more = addresses.next();
        if let Some(address) = more {
            tries.spawn(TcpStream::connect(address));
        }
        let head_start = if addresses.len() > 0 { NEXT_ADDRESS } else { Duration::MAX };
        match timeout(head_start, tries.join_next()).await {
            Ok(Some(Ok(Ok(tcp)))) => {
                settled(&tcp)?;
                if !for_upgrade {
                    acknowledged(&tcp)?;
                }
                return Ok(tcp);
            }
            Ok(Some(Ok(Err(error)))) => last = error,
            Ok(Some(Err(error))) => last = io::Error::other(error),
            Ok(None) => return Err(last),
            Err(_) => {}
        }
    }
}

/// The first family first, then one of each by turns.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut one, mut other): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|a| a.is_ipv6() == first_is_v6);
    let mut all = Vec::with_capacity(one.len() + other.len());
    one.reverse();
    other.reverse();
    while !one.is_empty() || !other.is_empty() {
        all.extend(one.pop());
        all.extend(other.pop());
    }
    all
}

fn settled(tcp: &TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(PROBE);
    SockRef::from(tcp).set_tcp_keepalive(&keepalive.with_retries(PROBES))
}

/// Gives a connection up whose other end does not acknowledge what was sent. Probes are sent only while nothing is on its way; what is on its way would be sent again for a quarter of an hour.
/// Not for what a connection is upgraded to: a terminal may stop reading for as long as it likes.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn acknowledged(tcp: &TcpStream) -> io::Result<()> {
    SockRef::from(tcp).set_tcp_user_timeout(Some(UNACKNOWLEDGED))
}

/// Elsewhere the system's own patience holds.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn acknowledged(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_never_acknowledged_ends_but_a_terminal_may_be_idle() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for (for_upgrade, limit) in [(false, Some(UNACKNOWLEDGED)), (true, None)] {
            let made = tcp("127.0.0.1", port, for_upgrade).await.unwrap();
            assert_eq!(SockRef::from(&made).tcp_user_timeout().unwrap(), limit);
            assert!(made.nodelay().unwrap() && SockRef::from(&made).keepalive().unwrap());
        }
    }
}
