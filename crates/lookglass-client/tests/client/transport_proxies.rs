//! Proxies on the way.

use std::net::SocketAddr;

use lookglass_apiserver::{ApiServer, Serving};
use lookglass_client::{Client, Config, Error};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::support::{all_of, get};

/// A server and a proxy, which tells what it was asked for.
async fn proxied<F>(
    serve: impl Fn(TcpStream, mpsc::UnboundedSender<String>) -> F + Send + 'static,
) -> (Serving, SocketAddr, mpsc::UnboundedReceiver<String>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let serving = ApiServer::start().await.unwrap().serve_plain("127.0.0.1:0").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(serve(tcp, tell.clone()));
        }
    });
    (serving, address, told)
}

async fn http_proxy(mut tcp: TcpStream, tell: mpsc::UnboundedSender<String>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(tcp.read_u8().await.unwrap());
    }
    let request = String::from_utf8(request).unwrap();
    let server = request.split(' ').nth(1).unwrap().to_owned();
    // me:s3cr3t
    let may = request.contains("\r\nProxy-Authorization: Basic bWU6czNjcjN0\r\n");
    tell.send(request).unwrap();
    if !may {
        _ = tcp.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").await;
        return;
    }
    let mut there = TcpStream::connect(server).await.unwrap();
    tcp.write_all(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n").await.unwrap();
    _ = copy_bidirectional(&mut tcp, &mut there).await;
}

async fn socks_proxy(mut tcp: TcpStream, tell: mpsc::UnboundedSender<String>) {
    let mut methods = [0; 2];
    tcp.read_exact(&mut methods).await.unwrap();
    let mut offered = vec![0; usize::from(methods[1])];
    tcp.read_exact(&mut offered).await.unwrap();
    if !offered.contains(&2) {
        tcp.write_all(&[5, 0xff]).await.unwrap();
        return;
    }
    tcp.write_all(&[5, 2]).await.unwrap();
    let mut login = Vec::new();
    assert_eq!(tcp.read_u8().await.unwrap(), 1);
    for _ in 0..2 {
        let mut part = vec![0; usize::from(tcp.read_u8().await.unwrap())];
        tcp.read_exact(&mut part).await.unwrap();
        login.push(String::from_utf8(part).unwrap());
    }
    let may = login == ["me", "s3cr3t"];
    tcp.write_all(&[1, u8::from(!may)]).await.unwrap();
    if !may {
        return;
    }
    let mut head = [0; 5];
    tcp.read_exact(&mut head).await.unwrap();
    assert_eq!(head[..4], [5, 1, 0, 3]);
    let mut name = vec![0; usize::from(head[4])];
    tcp.read_exact(&mut name).await.unwrap();
    let server = format!("{}:{}", String::from_utf8(name).unwrap(), tcp.read_u16().await.unwrap());
    tell.send(server.clone()).unwrap();
    let Ok(mut there) = TcpStream::connect(server).await else {
        tcp.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        return;
    };
    tcp.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await.unwrap();
    _ = copy_bidirectional(&mut tcp, &mut there).await;
}

fn client(server: &str, proxy: &str) -> Client {
    let config = Config::new(server).unwrap().proxy(proxy.parse().unwrap());
    Client::builder(config).retries(0).build().unwrap()
}

#[tokio::test]
async fn an_http_proxy_is_asked_for_a_tunnel_with_its_user_and_password() {
    let (serving, proxy, mut told) = proxied(http_proxy).await;
    let client = client(&serving.url(), &format!("http://me:s3cr3t@{proxy}"));
    client.fetch("look", get("/version")).await.unwrap();
    assert!(told.recv().await.unwrap().starts_with(&format!("CONNECT {} HTTP/1.1\r\n", serving.local_addr())));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_without_its_password() {
    let (serving, proxy, _told) = proxied(http_proxy).await;
    let (socks_serving, socks, _told) = proxied(socks_proxy).await;
    for (server, proxy) in [
        (serving.url(), format!("http://me:wr0ng@{proxy}")),
        (socks_serving.url(), format!("socks5://me:wr0ng@{socks}")),
        (socks_serving.url(), format!("socks5://{socks}")),
    ] {
        let client = client(&server, &proxy);
        let error = client.fetch("look", get("/version")).await.unwrap_err();
        assert!(matches!(error, Error::Proxy { .. }), "{error:?}");
        assert!(!error.is_transient());
        let said = all_of(&error) + &format!("{client:?}");
        let place = proxy.rsplit(['@', '/']).next().unwrap();
        assert!(said.contains(place) && said.contains("password") && !said.contains("wr0ng"), "{said}");
    }
}

#[tokio::test]
async fn a_socks_proxy_looks_up_the_name_itself() {
    let (serving, proxy, mut told) = proxied(socks_proxy).await;
    let port = serving.local_addr().port();
    client(&format!("http://localhost:{port}"), &format!("socks5://me:s3cr3t@{proxy}"))
        .fetch("look", get("/version"))
        .await
        .unwrap();
    assert_eq!(told.recv().await.unwrap(), format!("localhost:{port}"));
    let gone = client("http://localhost:1", &format!("socks5://me:s3cr3t@{proxy}"));
    let error = gone.fetch("look", get("/version")).await.unwrap_err();
    assert!(error.to_string().contains("the server refused the connection"), "{error}");
}

#[tokio::test]
async fn something_else_at_the_proxys_place_is_told() {
    let (serving, proxy, _told) = proxied(|mut tcp, _| async move {
        _ = tcp.write_all(b"220 mail.example.com ESMTP\r\n\r\n").await;
        // What was asked is read, so that the answer is not lost with a reset.
        _ = tcp.read(&mut [0; 1024]).await;
    })
    .await;
    for (proxy, protocol) in [(format!("http://{proxy}"), "HTTP"), (format!("socks5://{proxy}"), "SOCKS 5")] {
        let error = client(&serving.url(), &proxy).fetch("look", get("/version")).await.unwrap_err();
        assert!(matches!(error, Error::Proxy { .. }) && error.to_string().contains(protocol), "{error:?}");
    }
}
