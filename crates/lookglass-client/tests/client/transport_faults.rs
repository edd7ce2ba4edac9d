//! Peers that say goodbye, fall silent, refuse, or are slow.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use lookglass_client::{Client, Config, Error};
use tokio::time::Instant;

use crate::support::{Asked, Order, Server, all_of, frame, get, until};

/// Watches tell on which connection they are, and then wait for a word to end.
fn serve(end: &Arc<tokio::sync::Notify>) -> impl Fn(Asked) + Clone + use<> {
    let end = Arc::clone(end);
    move |mut asked| {
        let number = asked.connection.to_string();
        if !asked.is_watch() {
            return asked.say(200, number);
        }
        let mut body = asked.begin();
        let end = Arc::clone(&end);
        tokio::spawn(async move {
            _ = body.send_data(number.into(), false);
            end.notified().await;
            _ = body.send_data("end".into(), true);
        });
    }
}

async fn connection_of(client: &Client) -> Bytes {
    client.fetch("get", get("/version")).await.unwrap().into_body()
}

#[tokio::test]
async fn after_a_goodbye_requests_go_elsewhere_and_watches_stay_to_their_end() {
    let end = Arc::default();
    let server = Server::start(100, serve(&end)).await;
    let client = server.client();
    let mut watch = client.send("watch", get("/pods?watch=true")).await.unwrap().into_body();
    assert_eq!(frame(&mut watch).await.unwrap().unwrap(), "0");
    assert_eq!(connection_of(&client).await, "1");
    server.order(Order::GoAway);
    until("the idle connection is gone", || server.open() == 1).await;
    assert_eq!(connection_of(&client).await, "2");
    let mut other = client.send("watch", get("/pods?watch=true")).await.unwrap().into_body();
    assert_eq!(frame(&mut other).await.unwrap().unwrap(), "3");
    end.notify_waiters();
    assert_eq!(frame(&mut watch).await.unwrap().unwrap(), "end");
    assert!(frame(&mut watch).await.is_none());
    until("its connection is gone as well", || server.open() == 2).await;
}

#[tokio::test]
async fn goodbyes_at_any_moment_lose_no_request() {
    let server = Server::start(100, |asked| asked.say(200, "{}")).await;
    let client = server.client();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    let request = Request::post("/pods").body(Bytes::from_static(b"{}")).unwrap();
                    client.fetch("create", request).await.unwrap();
                }
            })
        })
        .collect();
    while writers.iter().any(|writer| !writer.is_finished()) {
        server.order(Order::GoAway);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(server.accepted() > 1);
}

#[tokio::test]
async fn a_stream_that_the_server_refused_is_sent_again_even_if_it_writes() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let server = Server::start(100, move |mut asked| {
        match counted.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => asked.answer.send_reset(h2::Reason::REFUSED_STREAM),
            // Nobody can know what the server did with it.
            3 => asked.answer.send_reset(h2::Reason::INTERNAL_ERROR),
            _ => asked.say(200, "{}"),
        }
    })
    .await;
    let client = server.client();
    let post = || Request::post("/pods").body(Bytes::from_static(b"{}")).unwrap();
    client.fetch("create", post()).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let error = client.fetch("create", post()).await.unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
    assert_eq!((asked.load(Ordering::SeqCst), server.accepted()), (4, 1));
}

#[tokio::test]
async fn a_connection_that_fell_silent_is_left_and_then_closed() {
    let end = Arc::default();
    let server = Server::start(100, serve(&end)).await;
    let config = server.config().timeouts(|wait| {
        wait.ping_after = Duration::from_millis(100);
        wait.ping = Duration::from_millis(100);
    });
    let client = Client::builder(config).http2_prior_knowledge(true).build().unwrap();
    let mut watch = client.send("watch", get("/pods?watch=true")).await.unwrap().into_body();
    assert_eq!(frame(&mut watch).await.unwrap().unwrap(), "0");
    // Pings keep a healthy one as long as one likes.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(client.connections().open, 1);
    server.order(Order::Freeze);
    let error = frame(&mut watch).await.unwrap().unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(connection_of(&client).await, "1");
}

#[tokio::test]
async fn what_a_server_asks_to_wait_is_waited_and_nothing_else_is_tried_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let server = Server::start(100, move |mut asked| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        let code = asked.path().trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        if !first {
            return asked.say(200, "{}");
        }
        let mut head = Response::builder().status::<u16>(code);
        if asked.path().ends_with("wait") {
            head = head.header("retry-after", "1");
        }
        _ = asked.answer.send_response(head.body(()).unwrap(), true);
    })
    .await;
    let client = server.client();
    for (path, waits) in
        [("/429/wait", true), ("/503/wait", true), ("/429", false), ("/500", false), ("/409/wait", false)]
    {
        asked.store(0, Ordering::SeqCst);
        let begun = Instant::now();
        let outcome = client.fetch("get", get(path)).await;
        assert_eq!(outcome.is_ok(), waits, "{path}: {outcome:?}");
        assert_eq!(begun.elapsed() >= Duration::from_secs(1), waits, "{path}");
        assert_eq!(asked.load(Ordering::SeqCst), if waits { 2 } else { 1 }, "{path}");
    }
}

#[tokio::test]
async fn a_timeout_covers_the_body_and_never_a_watch() {
    let server = Server::start(100, |mut asked| {
        let mut body = asked.begin();
        tokio::spawn(async move {
            for _ in 0..5 {
                _ = body.send_data("x".into(), false);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            _ = body.send_data("x".into(), true);
        });
    })
    .await;
    let client = server.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let error = client.fetch("get", get("/slow")).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!(client.connections().streams, 0);
    let watched = client.fetch("watch", get("/slow?watch=true")).await.unwrap();
    assert_eq!(watched.body(), "xxxxxx");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let server = Server::start(100, |asked| asked.say(200, "{}")).await;
    let (client, address) = (server.builder().retries(0).build().unwrap(), server.address);
    drop(server);
    // The port is free as soon as the accepting task is gone.
    until("the port is closed", || std::net::TcpStream::connect(address).is_err()).await;
    let error = client.fetch("list pods", get("/pods")).await.unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error:?}");
    let said = all_of(&error);
    assert!(said.contains("list pods") && said.contains(&address.to_string()), "{said}");
}

#[test]
fn a_client_outlives_the_runtime_on_which_it_was_first_used() {
    let servers = tokio::runtime::Runtime::new().unwrap();
    let server = servers.block_on(Server::start(100, |asked| {
        if asked.path() != "/never" {
            asked.say(200, "{}");
        }
    }));
    let client = server.client();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let post = || Request::post("/pods").body(Bytes::from_static(b"{}")).unwrap();
    let mut kept = Vec::new();
    for round in 1..=4 {
        let runtime = runtime();
        runtime.block_on(async {
            // The former connection went with its runtime; nothing was lost on it, so even what writes goes on at once.
            client.fetch("create", post()).await.unwrap();
            kept.push(client.send("watch", get("/pods?watch=true")).await.unwrap().into_body());
            if round % 2 == 0 {
                // Somebody waits for an answer, and somebody for a connection, while the runtime ends.
                for path in ["/never", "/never?watch=true"] {
                    let client = client.clone();
                    tokio::spawn(async move { client.send("never", get(path)).await.is_ok() });
                }
                tokio::task::yield_now().await;
            }
        });
        if round == 3 {
            // What is given back where there is no runtime harms nobody.
            kept.clear();
        }
    }
    drop(kept);
    let left = client.connections();
    assert_eq!((left.open, left.streams), (0, 0));
}

#[tokio::test]
async fn limits_that_are_meant_to_be_none_are_none() {
    let server = Server::start(100, |asked| asked.say(200, "{}")).await;
    let config = server.config().timeouts(|wait| {
        for limit in [&mut wait.connect, &mut wait.handshake, &mut wait.idle, &mut wait.ping_after, &mut wait.ping] {
            *limit = Duration::MAX;
        }
        wait.request = Some(Duration::MAX);
    });
    let client = Client::builder(config).http2_prior_knowledge(true).unread_limit(Duration::MAX).build().unwrap();
    client.fetch("get", get("/version")).await.unwrap();
    client.fetch("watch", get("/pods?watch=true")).await.unwrap();
    assert_eq!(client.connections().open, 2);
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((tcp, _)) = listener.accept().await {
            held.push(tcp);
        }
    });
    // Over TLS it never says hello; over HTTP/2 without TLS, never how many streams it allows.
    for scheme in ["https", "http"] {
        let config = Config::new(&format!("{scheme}://{address}")).unwrap().insecure();
        let config = config.timeouts(|wait| wait.handshake = Duration::from_millis(100));
        let client = Client::builder(config).http2_prior_knowledge(true).retries(0).build().unwrap();
        let asked = tokio::time::timeout(Duration::from_secs(20), client.fetch("look", get("/version")));
        let error = asked.await.expect("it hangs").unwrap_err();
        assert!(matches!(error, Error::Connection { .. }) && error.is_transient(), "{error:?}");
        assert_eq!(client.connections().open, 0);
    }
    silent.abort();
}

/// One of `below` numbers, by xorshift.
fn pick(state: &mut u64, below: u64) -> u64 {
    for (left, by) in [(true, 13), (false, 7), (true, 17)] {
        *state ^= if left { *state << by } else { *state >> by };
    }
    *state % below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_dropped_and_breaks_at_the_same_time_leaves_no_place_taken() {
    for streams in [1, 3, 100] {
        let server = Server::start(streams, |mut asked| {
            if !asked.is_watch() {
                return asked.say(200, "{}");
            }
            // The client may have gone.
            let Ok(mut body) = asked.answer.send_response(Response::new(()), false) else { return };
            tokio::spawn(async move {
                _ = body.send_data("begun".into(), false);
                _ = std::future::poll_fn(|cx| body.poll_reset(cx)).await;
            });
        })
        .await;
        let client = server.client();
        let users: Vec<_> = (1..=24_u64)
            .map(|seed| {
                let client = client.clone();
                tokio::spawn(async move {
                    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    for _ in 0..20 {
                        let patience = Duration::from_micros(pick(&mut state, 3000));
                        let path = if pick(&mut state, 2) == 0 { "/version" } else { "/pods?watch=true" };
                        let sent = client.send("ask", get(path));
                        // Dropped at any point: while it waits for a place, for its answer, or while that is read.
                        let Ok(Ok(answer)) = tokio::time::timeout(patience, sent).await else { continue };
                        let mut body = answer.into_body();
                        for _ in 0..pick(&mut state, 3) {
                            _ = tokio::time::timeout(patience, frame(&mut body)).await;
                        }
                    }
                })
            })
            .collect();
        let mut state = 42;
        while users.iter().any(|user| !user.is_finished()) {
            let order = if pick(&mut state, 2) == 0 { Order::GoAway } else { Order::Break };
            server.order(order);
            tokio::time::sleep(Duration::from_micros(pick(&mut state, 5000))).await;
        }
        for user in users {
            user.await.unwrap();
        }
        until("no place is taken", || client.connections().streams == 0).await;
        // And it is as good as new.
        client.fetch("get", get("/version")).await.unwrap();
        drop(client);
        until("no connection is open", || server.open() == 0).await;
    }
}
