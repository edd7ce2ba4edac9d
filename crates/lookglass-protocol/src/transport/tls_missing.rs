//! TLS as it is where it was not built in: there is none, and whoever asks for it is told how to get it.

use std::{convert::Infallible, io};

use tokio::net::TcpStream;

use super::{Certificate, TransportError};
use crate::identity::User;

pub(super) type Stream = TcpStream;

/// There is no value of this type.
#[derive(Clone)]
pub(super) struct Authority(Infallible);

impl Authority {
    pub(super) fn generate() -> Result<Self, TransportError> {
        Err(TransportError::TlsMissing)
    }

    pub(super) fn certificate(&self) -> &str {
        match self.0 {}
    }

    pub(super) fn client(&self, _: &User) -> Result<Certificate, TransportError> {
        match self.0 {}
    }

    pub(super) fn server(&self, _: Vec<String>) -> Result<Tls, TransportError> {
        match self.0 {}
    }
}

/// Nor of this one.
#[derive(Clone)]
pub(super) struct Tls(Infallible);

impl Tls {
    pub(super) async fn accept(&self, _: TcpStream) -> io::Result<(Stream, Option<User>)> {
        match self.0 {}
    }
}
