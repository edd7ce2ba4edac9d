//! Who travels on which connection.

use std::time::Duration;

use bytes::Bytes;
use lookglass_client::{Body, Client, Error};
use tokio::sync::broadcast;

use crate::support::{Asked, Server, all_of, frame, get, until};

/// Answers requests at once; a watch gets what is sent to all.
fn serve(events: &broadcast::Sender<Bytes>) -> impl Fn(Asked) + Clone + use<> {
    let events = events.clone();
    move |mut asked| {
        if !asked.is_watch() {
            return asked.say(200, "{}");
        }
        let mut events = events.subscribe();
        let mut body = asked.begin();
        tokio::spawn(async move {
            while let Ok(event) = events.recv().await {
                if body.send_data(event, false).is_err() {
                    return;
                }
            }
        });
    }
}

async fn watch(client: &Client) -> Result<Body, Error> {
    Ok(client.send("watch", get("/api/v1/pods?watch=true")).await?.into_body())
}

async fn watches(client: &Client, number: usize) -> Vec<Result<Body, Error>> {
    let begun: Vec<_> = (0..number)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { watch(&client).await })
        })
        .collect();
    let mut watches = Vec::new();
    for watch in begun {
        watches.push(watch.await.unwrap());
    }
    watches
}

async fn two_hundred_watches_and_gets(streams: u32) -> (usize, Client, Vec<Body>, Server) {
    let (events, _) = broadcast::channel(16);
    let server = Server::start(streams, serve(&events)).await;
    let client = server.client();
    let gets = tokio::spawn({
        let client = client.clone();
        async move {
            for _ in 0..40 {
                client.fetch("get", get("/version")).await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
    let mut bodies: Vec<Body> = watches(&client, 200).await.into_iter().map(Result::unwrap).collect();
    events.send(Bytes::from_static(b"event")).unwrap();
    for body in &mut bodies {
        assert_eq!(frame(body).await.unwrap().unwrap(), "event");
    }
    gets.await.unwrap();
    (server.accepted(), client, bodies, server)
}

#[tokio::test]
async fn two_hundred_watches_and_gets_need_three_connections_of_a_hundred_streams() {
    let (connections, client, bodies, server) = two_hundred_watches_and_gets(100).await;
    assert!(connections <= 3, "{connections}");
    assert_eq!(client.connections().streams, 200);
    // When the watches are dropped, their places are free, and nothing new is connected for others.
    drop(bodies);
    until("no stream is left", || client.connections().streams == 0).await;
    let again = watches(&client, 100).await;
    assert!(again.iter().all(Result::is_ok));
    assert_eq!(server.accepted(), connections);
}

#[tokio::test]
async fn two_hundred_watches_and_gets_go_on_where_a_connection_has_one_stream() {
    let (connections, client, bodies, server) = two_hundred_watches_and_gets(1).await;
    assert!((201..=202).contains(&connections), "{connections}");
    drop(bodies);
    until("no stream is left", || client.connections().streams == 0).await;
    client.fetch("get", get("/version")).await.unwrap();
    assert_eq!(server.accepted(), connections);
}

#[tokio::test]
async fn whoever_finds_no_room_is_told_so_and_short_requests_go_on() {
    let (events, _) = broadcast::channel(16);
    let server = Server::start(1, serve(&events)).await;
    let config = server.config().timeouts(|wait| {
        wait.connect = Duration::from_millis(100);
        wait.handshake = Duration::from_millis(100);
    });
    let client = Client::builder(config).http2_prior_knowledge(true).max_connections(10).build().unwrap();
    let watches = watches(&client, 20).await;
    let (there, busy): (Vec<_>, Vec<_>) = watches.into_iter().partition(Result::is_ok);
    assert_eq!((there.len(), busy.len()), (8, 12));
    for error in busy.into_iter().map(Result::unwrap_err) {
        assert!(matches!(error, Error::Busy { connections: 8, .. }), "{error:?}");
        assert!(error.is_transient());
        assert!(error.to_string().contains("max_connections"), "{error}");
    }
    for _ in 0..20 {
        client.fetch("get", get("/version")).await.unwrap();
    }
    drop(there);
    watch(&client).await.unwrap();
}

#[tokio::test]
async fn short_requests_have_a_connection_of_their_own() {
    let (seen, mut connections) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(100, move |mut asked| {
        seen.send((asked.is_watch(), asked.connection)).unwrap();
        if asked.is_watch() {
            let body = asked.begin();
            tokio::spawn(async move {
                let _open = body;
                std::future::pending::<()>().await;
            });
        } else {
            asked.say(200, "{}");
        }
    })
    .await;
    let client = server.client();
    let _watches = watches(&client, 5).await;
    for _ in 0..5 {
        client.fetch("get", get("/version")).await.unwrap();
    }
    let mut of = [const { Vec::new() }; 2];
    while let Ok((is_watch, connection)) = connections.try_recv() {
        of[usize::from(is_watch)].push(connection);
    }
    assert_eq!(of, [vec![1; 5], vec![0; 5]]);
}

#[tokio::test]
async fn a_stalled_watch_is_closed_and_does_not_hold_up_those_beside_it() {
    const PIECE: usize = 16 << 10;
    let server = Server::start(100, move |mut asked: Asked| {
        let is_flood = asked.path() == "/flood";
        let mut body = asked.begin();
        tokio::spawn(async move {
            // The one that nobody reads has no end; the other one is told apart from it by being read.
            let mut left = if is_flood { usize::MAX } else { 2000 };
            while left > 0 {
                body.reserve_capacity(PIECE);
                match std::future::poll_fn(|cx| body.poll_capacity(cx)).await {
                    Some(Ok(capacity)) => {
                        let piece = Bytes::from(vec![b'x'; capacity.min(PIECE)]);
                        if body.send_data(piece, left == 1).is_err() {
                            return;
                        }
                        left -= 1;
                    }
                    _ => return,
                }
            }
        });
    })
    .await;
    let client = server.builder().unread_limit(Duration::from_millis(400)).build().unwrap();
    let mut stalled = client.send("flood", get("/flood?watch=true")).await.unwrap().into_body();
    let mut beside = client.send("watch", get("/beside?watch=true")).await.unwrap().into_body();
    assert!(frame(&mut stalled).await.unwrap().is_ok());
    assert_eq!(client.connections().open, 1);
    // 32 MB, many times the window of a stream, while the other one is not read.
    let mut read = 0;
    while let Some(piece) = frame(&mut beside).await {
        read += piece.unwrap().len();
    }
    assert!(read > 16 << 20, "{read}");
    until("the stalled one has lost its place", || client.connections().streams == 0).await;
    let error = frame(&mut stalled).await.unwrap().unwrap_err();
    assert!(all_of(&error).contains("nobody read the stream for 400ms"), "{}", all_of(&error));
    assert!(frame(&mut stalled).await.is_none());
}

#[tokio::test]
async fn a_watch_that_waits_for_events_is_not_taken_for_a_stalled_one() {
    let (events, _) = broadcast::channel(16);
    let server = Server::start(100, serve(&events)).await;
    let client = server.builder().unread_limit(Duration::from_millis(20)).build().unwrap();
    let mut quiet = watch(&client).await.unwrap();
    let reading = tokio::spawn(async move { frame(&mut quiet).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    events.send(Bytes::from_static(b"late")).unwrap();
    assert_eq!(reading.await.unwrap().unwrap().unwrap(), "late");
}

#[tokio::test]
async fn connections_that_nobody_uses_are_closed() {
    let server = Server::start(100, |asked| asked.say(200, "{}")).await;
    let config = server.config().timeouts(|wait| wait.idle = Duration::from_millis(40));
    let client = Client::builder(config).http2_prior_knowledge(true).build().unwrap();
    client.fetch("get", get("/version")).await.unwrap();
    assert_eq!(server.open(), 1);
    until("the connection is closed", || server.open() == 0).await;
    client.fetch("get", get("/version")).await.unwrap();
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn a_client_that_is_dropped_closes_its_connections_and_leaves_its_watches() {
    let (events, _) = broadcast::channel(16);
    let server = Server::start(100, serve(&events)).await;
    let client = server.client();
    client.fetch("get", get("/version")).await.unwrap();
    let mut body = watch(&client).await.unwrap();
    drop(client);
    until("only the watch's connection is open", || server.open() == 1).await;
    events.send(Bytes::from_static(b"event")).unwrap();
    assert_eq!(frame(&mut body).await.unwrap().unwrap(), "event");
    drop(body);
    until("no connection is open", || server.open() == 0).await;
}

#[tokio::test]
async fn cancelled_requests_leave_nothing_behind() {
    let (resets, mut reset) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(100, move |mut asked| {
        let resets = resets.clone();
        tokio::spawn(async move {
            let reason = std::future::poll_fn(|cx| asked.answer.poll_reset(cx)).await;
            resets.send(reason.unwrap()).unwrap();
        });
    })
    .await;
    let client = server.client();
    for path in ["/never", "/never?watch=true"] {
        let request = get(path);
        let sent = client.send("never", request);
        assert!(tokio::time::timeout(Duration::from_millis(100), sent).await.is_err());
        assert_eq!(reset.recv().await.unwrap(), h2::Reason::CANCEL);
        assert_eq!(client.connections().streams, 0);
    }
}
