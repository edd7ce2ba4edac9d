//! Tunnels through proxies.

use std::{io, net::IpAddr, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Failure, dial::Io};
use crate::config::Proxy;

/// No proxy's answer is longer.
const MAX_ANSWER: usize = 16 << 10;

/// Asks an HTTP proxy for a tunnel. It is asked for one to a server without TLS as well, so that what then passes is the same in both cases.
pub(super) async fn tunnel(mut io: Box<dyn Io>, proxy: &Proxy, server: &str) -> Result<Box<dyn Io>, Failure> {
    let broke = |error: io::Error| broke(proxy, error);
    let login = proxy.login().map_or(String::new(), |(user, password)| {
        let pair = BASE64_STANDARD.encode(format!("{user}:{}", password.expose()));
        format!("Proxy-Authorization: Basic {pair}\r\n")
    });
    let request = format!("CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n{login}\r\n");
    io.write_all(request.as_bytes()).await.map_err(broke)?;
    io.flush().await.map_err(broke)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == MAX_ANSWER {
            return Err(Failure::proxy(proxy, "its answer has no end; is it an HTTP proxy?"));
        }
        // Byte by byte, since what comes behind the answer is the server's. It is once per connection.
        answer.push(io.read_u8().await.map_err(broke)?);
    }
    let status = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = status.splitn(3, |byte| *byte == b' ');
    let is_http = words.next().is_some_and(|word| word.starts_with(b"HTTP/1."));
    let code = words.next().and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| code.parse::<u16>().ok());
    match code {
        Some(200..=299) if is_http => Ok(io),
        Some(407) => Err(Failure::proxy(proxy, "it wants another user and password; set them in the proxy's URL")),
        Some(code) if is_http => Err(Failure::proxy(proxy, format!("it refused a tunnel to {server} with {code}"))),
        _ => Err(Failure::proxy(proxy, "its answer is not HTTP; is it an HTTP proxy?")),
    }
}

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Asks a SOCKS 5 proxy for a tunnel (RFC 1928, RFC 1929). It looks up the name itself.
pub(super) async fn socks5(mut io: Box<dyn Io>, proxy: &Proxy, host: &str, port: u16) -> Result<Box<dyn Io>, Failure> {
    let broke = |error: io::Error| broke(proxy, error);
    let methods: &[u8] = if proxy.login().is_some() { &[VERSION, 2, NO_LOGIN, LOGIN] } else { &[VERSION, 1, NO_LOGIN] };
    io.write_all(methods).await.map_err(broke)?;
    io.flush().await.map_err(broke)?;
    let mut chosen = [0; 2];
    io.read_exact(&mut chosen).await.map_err(broke)?;
    match (chosen, proxy.login()) {
        ([VERSION, NO_LOGIN], _) => {}
        ([VERSION, LOGIN], Some((user, password))) => {
            let mut login = vec![1];
            for part in [user, password.expose()] {
                let too_long = |_| Failure::proxy(proxy, "its user or password is longer than SOCKS can carry");
                login.push(u8::try_from(part.len()).map_err(too_long)?);
                login.extend_from_slice(part.as_bytes());
            }
            io.write_all(&login).await.map_err(broke)?;
            io.flush().await.map_err(broke)?;
            let mut answer = [0; 2];
            io.read_exact(&mut answer).await.map_err(broke)?;
            if answer[1] != 0 {
                return Err(Failure::proxy(proxy, "it wants another user and password; set them in the proxy's URL"));
            }
        }
        ([VERSION, _], _) => {
            return Err(Failure::proxy(proxy, "it wants a user and a password; set them in the proxy's URL"));
        }
        _ => return Err(Failure::proxy(proxy, "it does not speak SOCKS 5")),
    }
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend_from_slice(&address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend_from_slice(&address.octets());
        }
        Err(_) => {
            let too_long = |_| Failure::proxy(proxy, "the server's name is longer than SOCKS can carry");
            request.extend([NAME, u8::try_from(host.len()).map_err(too_long)?]);
            request.extend_from_slice(host.as_bytes());
        }
    }
    request.extend_from_slice(&port.to_be_bytes());
    io.write_all(&request).await.map_err(broke)?;
    io.flush().await.map_err(broke)?;
    let mut head = [0; 4];
    io.read_exact(&mut head).await.map_err(broke)?;
    if head[0] != VERSION {
        return Err(Failure::proxy(proxy, "it does not speak SOCKS 5"));
    }
    if head[1] != 0 {
        return Err(Failure::proxy(proxy, format!("it refused a tunnel to {host}:{port}: {}", refusal(head[1]))));
    }
    let bound = match head[3] {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(io.read_u8().await.map_err(broke)?),
        _ => return Err(Failure::proxy(proxy, "it does not speak SOCKS 5")),
    };
    let mut rest = vec![0; bound + 2];
    io.read_exact(&mut rest).await.map_err(broke)?;
    Ok(io)
}

fn broke(proxy: &Proxy, error: io::Error) -> Failure {
    let why = "the connection broke while it was asked for a tunnel".to_owned();
    Failure::Proxy { proxy: proxy.to_string(), why, source: Some(Arc::new(error)) }
}

fn refusal(code: u8) -> &'static str {
    match code {
        2 => "its rules forbid it",
        3 => "the network cannot be reached",
        4 => "the host cannot be reached",
        5 => "the server refused the connection",
        6 => "it took too long",
        _ => "it failed",
    }
}
