//! The server on a socket: [`Serving`].

use std::{io, net::SocketAddr, path::Path};

use lookglass_protocol::{
    identity::User,
    transport::{self, Authority, Kubeconfig, Transport},
};
use tokio::net::{TcpListener, ToSocketAddrs};

use super::{ApiServer, Error};

impl ApiServer {
    /// Serves on a socket with TLS, under an authority of its own. Clients are known by certificates, or by [tokens](super::Builder::token).
    /// Port 0 is any free one.
    ///
    /// ```no_run
    /// # async fn serve(api: &lookglass_apiserver::ApiServer) -> Result<(), Box<dyn std::error::Error>> {
    /// let serving = api.serve("127.0.0.1:0").await?;
    /// serving.write_kubeconfig("/tmp/kubeconfig")?;     // kubectl --kubeconfig /tmp/kubeconfig get pods
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropped early, nothing is served.
    ///
    /// # Errors
    ///
    /// The address cannot be had; the program was built without TLS, that is with neither of the features `rustls-ring` and `rustls-aws-lc`.
    pub async fn serve(&self, address: impl ToSocketAddrs + Send) -> Result<Serving, Error> {
        let authority = self.authority()?;
        let transport = Transport::tls(authority.server(&[])?);
        self.listen(address, transport, Some(authority)).await
    }

    /// Serves on a socket without encryption. That is for loopback addresses, and nowhere else it can be had: whoever can reach it is the
    /// administrator, unless he shows a [token](super::Builder::token). Web pages in a browser on the machine are kept out.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, nothing is served.
    ///
    /// # Errors
    ///
    /// The address cannot be had, or is no loopback address.
    pub async fn serve_plain(&self, address: impl ToSocketAddrs + Send) -> Result<Serving, Error> {
        self.listen(address, Transport::plain().trusting(User::admin()), None).await
    }

    async fn listen(
        &self,
        address: impl ToSocketAddrs + Send,
        transport: Transport,
        authority: Option<Authority>,
    ) -> Result<Serving, Error> {
        let addresses = tokio::net::lookup_host(address).await.map(Iterator::collect::<Vec<SocketAddr>>);
        let addresses = addresses.map_err(|source| Error::Bind { address: "this address".into(), source })?;
        let listener = TcpListener::bind(&*addresses).await.map_err(|source| {
            let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            Error::Bind { address: names.join(", "), source }
        })?;
        let serving = transport.serve(listener, self.service())?;
        Ok(Serving { serving, authority, api: self.clone() })
    }

    /// The server's authority, the same for all its sockets.
    fn authority(&self) -> Result<Authority, Error> {
        let mut authority = self.0.authority.lock();
        if let Some(authority) = &*authority {
            return Ok(authority.clone());
        }
        Ok(authority.insert(Authority::generate()?).clone())
    }
}

/// An [`ApiServer`] on a socket. Clones are handles to the same socket; when the last one is dropped, it and all its connections are closed. The
/// server itself lives on as long as any handle to it does, and this is one.
#[derive(Debug, Clone)]
pub struct Serving {
    serving: transport::Serving,
    authority: Option<Authority>,
    api: ApiServer,
}

impl Serving {
    /// `https://127.0.0.1:6443`.
    #[must_use]
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// Where it listens, with the port that was given for port 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.serving.local_addr()
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.serving.connections()
    }

    /// The server behind the socket.
    #[must_use]
    pub fn api(&self) -> &ApiServer {
        &self.api
    }

    /// The certificate of the authority as PEM, for clients that are given no kubeconfig, such as pods; `None` on a plain socket.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_ref().map(Authority::certificate)
    }

    /// A kubeconfig for the administrator: with a client certificate of its own, or without credentials where the socket is a plain one.
    ///
    /// # Errors
    ///
    /// No certificate can be made, for want of randomness.
    pub fn kubeconfig(&self) -> Result<Kubeconfig, Error> {
        self.kubeconfig_of(&User::admin())
    }

    /// A kubeconfig with a client certificate of this user; on a plain socket, where everybody is the administrator, without credentials.
    ///
    /// # Errors
    ///
    /// The user is in several groups, for which a certificate has no room.
    pub fn kubeconfig_of(&self, user: &User) -> Result<Kubeconfig, Error> {
        Ok(match &self.authority {
            Some(authority) => self.bare_kubeconfig().certificate(authority.client(user)?),
            None => self.bare_kubeconfig(),
        })
    }

    /// A kubeconfig with a token, which the [builder](super::Builder::token) was told whose it is.
    #[must_use]
    pub fn kubeconfig_with_token(&self, token: impl Into<String>) -> Kubeconfig {
        self.bare_kubeconfig().token(token)
    }

    /// Writes the administrator's [kubeconfig](Self::kubeconfig) to a file that only its owner can read.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write_kubeconfig(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.kubeconfig().map_err(io::Error::other)?.write(path)
    }

    /// Ends gracefully: see [`transport::Serving::shutdown`].
    ///
    /// # Cancel safety
    ///
    /// Dropped early, it has begun to end; called again, by any handle, it goes on to wait.
    pub async fn shutdown(&self) {
        self.serving.shutdown().await;
    }

    fn bare_kubeconfig(&self) -> Kubeconfig {
        let config = Kubeconfig::new(self.url());
        match &self.authority {
            Some(authority) => config.authority(authority.certificate()),
            None => config,
        }
    }
}
